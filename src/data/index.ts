/** Data: datasets, loaders and MNIST. */
export {
  type Batch,
  type Dataset,
  type RandomSplitOptions,
  randomSplit,
  subset,
  tensorDataset,
} from "./dataset.js";
export { DataLoader, type DataLoaderOptions, type LoaderState } from "./loader.js";
export { type MnistDataset, type MnistOptions, type MnistPart, mnist } from "./mnist.js";
