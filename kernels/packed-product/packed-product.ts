/** Products with weights that stay packed: of vectors, row by row; of more rows, by eight unpacked rows at a time. */
export {matrixFloat, matrixInt} from "./matrix";
export {addOffsets} from "./offsets";
export {quantizeUnits} from "./units";
export {vectorFloat, vectorInt} from "./vector";
