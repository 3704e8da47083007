export * from "./channel-means";
export * from "./convolution";
export * from "./elementwise";
export * from "./selective-scan";
export * from "./ssd";
export * from "./ssd-chunk";
