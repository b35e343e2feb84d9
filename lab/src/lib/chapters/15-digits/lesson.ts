/** How long a training may be. */
export const LENGTHS = [200, 600, 1200] as const;

export interface DigitsLesson {
  seed: number;
  steps: (typeof LENGTHS)[number];
  /** The picture, a hexadecimal digit for each pixel. */
  ink: string;
  /** Whether the picture is laid as those of MNIST already; what is drawn is not. */
  ready: boolean;
  /** Which test digit is chosen next. */
  test: number;
}
