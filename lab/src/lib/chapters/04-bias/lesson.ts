/** What a reader changes in this chapter. */
export interface BiasLesson {
  w1: number;
  w2: number;
  b: number;
  /** In which form the inequality is written. */
  form: "theta" | "bias";
  row: number;
}
