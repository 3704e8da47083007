import type {PageGroup} from "../site-page.js";

/** Pages on state-space models. */
export const SSM_PAGES: PageGroup = {
  name: "State-space models",
  pages: [
    {
      name: "The scan",
      path: "/ssm/the-scan",
      about: "The selective scan of Mamba by hand and in a trained model: what a fixed state keeps.",
    },
    {
      name: "Quantizing a state-space model",
      path: "/ssm/quantizing",
      about: "Mamba and Mamba2 in int8 and below: what breaks, and what Quamba and Quamba2 repair.",
    },
    {
      name: "State against cache",
      path: "/ssm/state-against-cache",
      about: "A state of fixed size against a cache that grows: bytes, reads and what each forgets.",
    },
    {
      name: "Averaging channels",
      path: "/ssm/averaging-channels",
      about:
        "VMeanba on a small vision Mamba: one mean channel scanned in place of all, alone and with pruning.",
    },
  ],
};
