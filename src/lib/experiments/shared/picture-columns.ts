/**
 * Columns of how a way reads test pictures: the share named rightly, its change, and the loss.
 * @param against what the change is counted from
 */
export const pictureColumns = (against: string) =>
  ({
    accuracy: {type: "number", label: "Pictures named rightly", unit: "share"},
    accuracyLow: {type: "number", label: "95 % interval, low"},
    accuracyHigh: {type: "number", label: "95 % interval, high"},
    change: {type: "number", label: `Change of the share against ${against}`},
    changeLow: {type: "number", label: "95 % interval of the change, low"},
    changeHigh: {type: "number", label: "95 % interval of the change, high"},
    loss: {type: "number", label: "Cross-entropy", unit: "nats"},
  }) as const;
