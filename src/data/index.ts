/** Data: datasets, samplers and loaders, augmentation, text and sequences, MNIST and iris. */
export {
  type Augmentation,
  augment,
  type CutoutOptions,
  cutout,
  type FillOptions,
  gaussianNoise,
  type NoiseOptions,
  normalize,
  type PairOf,
  type RandomCropOptions,
  randomCrop,
  randomHorizontalFlip,
  randomRotation,
  randomShift,
  randomVerticalFlip,
} from "./augment.js";
export {
  type BalancedBatchOptions,
  type BatchSampler,
  type BatchSamplerOptions,
  type BucketSamplerOptions,
  balancedBatchSampler,
  batchSampler,
  bucketSampler,
} from "./batch-sampler.js";
export type { LoaderState } from "./bookmark.js";
export {
  type BpeFiles,
  type BpeOptions,
  type BpePaths,
  bpeTokenizer,
  loadBpeTokenizer,
  type Tokenizer,
} from "./bpe.js";
export { CharTokenizer, type CharTokenizerOptions, charTokenizer } from "./characters.js";
export { type Collate, type Collated, collate } from "./collate.js";
export {
  type Batch,
  type BatchSource,
  type Dataset,
  type Place,
  subset,
  tensorDataset,
} from "./dataset.js";
export { cropImages, type RotateOptions, rotateImages, shiftImages } from "./image-geometry.js";
export { IRIS_CLASSES, IRIS_FEATURES, type IrisDataset, iris } from "./iris.js";
export { DataLoader, type DataLoaderOptions } from "./loader.js";
export { type MnistDataset, type MnistOptions, type MnistPart, mnist } from "./mnist.js";
export {
  type BalancedSamplerOptions,
  balancedSampler,
  type RandomSamplerOptions,
  randomSampler,
  type Sampler,
  type SamplerOptions,
  sequentialSampler,
  stratifiedSampler,
  type WeightedSamplerOptions,
  weightedSampler,
} from "./sampler.js";
export { type SampleDatasetOptions, type Samples, sampleDataset } from "./samples.js";
export {
  collatePadded,
  type PaddedSequences,
  type PadOptions,
  padSequences,
  unpadSequences,
} from "./sequences.js";
export {
  type RandomSplitOptions,
  randomSplit,
  type StratifiedSplitOptions,
  stratifiedSplit,
} from "./split.js";
export { type ShuffleOptions, Stream, type StreamBatchOptions, StreamLoader, stream } from "./stream.js";
export { concat, filter, map, take } from "./transforms.js";
export { type WindowDatasetOptions, windowDataset } from "./windows.js";
export {
  type SampleContext,
  WorkerDataset,
  type WorkerDatasetOptions,
  type WorkerFunction,
  workerDataset,
} from "./worker-dataset.js";
