declare module "virtual:states" {
  interface Outline {
    readonly code: string;
    readonly path: string;
    readonly inset: readonly [number, number, number, number] | null;
    readonly places: {
      readonly bounds: readonly [readonly [number, number], readonly [number, number]];
      readonly rotate: number;
      readonly scale: number;
      readonly translate: readonly [number, number];
    } | null;
  }
  export const outlines: readonly Outline[];
  export const width: number;
  export const height: number;
}
