/**
 * The regularized incomplete beta function I_x(a, b) by its continued fraction, evaluated by Lentz's method.
 * Press et al., Numerical Recipes, 3rd edition (2007), section 6.4.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - (logGamma(a) + logGamma(b) - logGamma(a + b)))
  // The fraction converges fast on this side of the mean only.
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b
}

const MOST_TERMS = 500
const TINY = 1e-300

function betaFraction(x: number, a: number, b: number): number {
  const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value)
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m <= MOST_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d)
      c = away(1 + term / c)
      fraction *= d * c
    }
    if (Math.abs(d * c - 1) < 1e-14) break
  }
  return fraction
}

/** ln Γ(x) for x > 0: Stirling's series (Abramowitz and Stegun 6.1.41) where it is exact, and Γ(x + 1) = xΓ(x) up to there. */
function logGamma(x: number): number {
  if (x < 10) return logGamma(x + 1) - Math.log(x)
  const inverse = 1 / (x * x)
  const series = 1 / 12 - inverse * (1 / 360 - inverse * (1 / 1_260 - inverse / 1_680))
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series / x
}

/** Probability that Student's t with so many degrees of freedom is at most `t`; Abramowitz and Stegun 26.7.1. */
export function studentCdf(t: number, degrees: number): number {
  if (t === Number.POSITIVE_INFINITY) return 1
  const tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
  return t > 0 ? 1 - tail : tail
}

/** The t below which Student's distribution has the share `p` (0 to 1, exclusive), by bisection. */
export function studentQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError("a quantile is of a share between 0 and 1")
  if (p < 0.5) return -studentQuantile(1 - p, degrees)
  let [low, high] = [0, 1]
  while (studentCdf(high, degrees) < p) high *= 2
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (studentCdf(middle, degrees) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

// So close to the normal distribution that six digits agree.
const MANY_DEGREES = 1e7

/** The quantile of the standard normal distribution. */
export function normalQuantile(p: number): number {
  return studentQuantile(p, MANY_DEGREES)
}
