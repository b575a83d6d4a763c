import { z } from "zod"

const BASIS_POINTS = 10_000
const isBasisPoints = (rate: number) => Math.abs(rate * BASIS_POINTS - Math.round(rate * BASIS_POINTS)) < 1e-6

/** A share of the subtotal, which a policy keeps in basis points. */
export const DiscountRate = z
  .number()
  .min(0)
  .max(1)
  .refine(isBasisPoints, "must have at most 4 decimals")
  .default(0)
  .meta({ description: "Share of the subtotal off, at most 4 decimals" })

export const toBasisPoints = (rate: number): number => Math.round(rate * BASIS_POINTS)
export const fromBasisPoints = (basisPoints: number): number => basisPoints / BASIS_POINTS
