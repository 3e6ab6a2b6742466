/** A list whose members are made when they are asked for. The encoder writes it as the array it stands for. */
export abstract class ArrayView<T> {
  abstract readonly length: number;
  abstract at(index: number): T;
}
