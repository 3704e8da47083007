/** Products with sparse matrices: those that are stored as bitmaps and values, and those whose entries name their input. */
export {writeShuffles} from "./expand";
export {matrixListed, vectorListed} from "./listed";
export {matrixBf16} from "./matrix";
export {vectorBf16, vectorInt8} from "./vector";
