/**
 * Every error that maru throws on purpose, one class a kind, so that a caller can tell them apart by `instanceof`.
 * A message names the operation, the shapes or values, and what to do about it.
 */

/** The common ancestor of all errors that maru throws on purpose. */
export class MaruError extends Error {
  // Written out in every class, because a minifier renames the classes themselves.
  override name = "MaruError";
}

/** Shapes that do not fit each other or the operation. The sentence is NumPy's where NumPy has one. */
export class ShapeError extends MaruError {
  override name = "ShapeError";
}

/** An axis that the array does not have, or has been given twice. */
export class AxisError extends ShapeError {
  override name = "AxisError";
}

/** A dtype that the operation does not take, or a value that the dtype cannot hold. */
export class DTypeError extends MaruError {
  override name = "DTypeError";
}

/** An index outside the array, or an index of the wrong kind. */
export class IndexError extends MaruError {
  override name = "IndexError";
}

/** An argument whose value makes no sense for the operation (a negative size, an empty list, an unknown name). */
export class ValueError extends MaruError {
  override name = "ValueError";
}

/** A derivative that cannot be taken. */
export class GradientError extends MaruError {
  override name = "GradientError";
}

/** Something that a compiled function cannot do, such as reading a value in its middle. */
export class CaptureError extends MaruError {
  override name = "CaptureError";
}

/** A device that is not there or cannot do what was asked. The message says what would bring it. */
export class DeviceError extends MaruError {
  override name = "DeviceError";
}

/** A device whose memory is full. The message names the bytes that were asked for, those in use and the limit. */
export class OutOfMemoryError extends DeviceError {
  override name = "OutOfMemoryError";
}

/** A file or byte stream that is not what it claims to be. */
export class FormatError extends MaruError {
  override name = "FormatError";
}

/** Data that training cannot use: empty, NaN, labels out of range. */
export class DataError extends MaruError {
  override name = "DataError";
}

/** A file that could not be read or written; the message carries the path and the system's reason. */
export class FileError extends MaruError {
  override name = "FileError";
}

/** A graph that breaks one of its own rules: a bug in maru, not in the program that uses it. */
export class VerificationError extends MaruError {
  override name = "VerificationError";
}
