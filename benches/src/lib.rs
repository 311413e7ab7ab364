//! Whether two classes of measurements differ: Welch's t-test, also with the slowest measurements left out.

/// How much of all measurements is looked at, from the fastest on.
///
/// A small difference shows best among the undisturbed measurements, which are the fast ones; a rare one only among all.
const SHARES: &[f64] = &[1.0, 0.99, 0.95, 0.9, 0.75, 0.5, 0.25];

/// How far the second class is from the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Welch's t: the difference in units of its own standard error.
    pub t: f64,
    /// The second mean less the first, in the measurements' unit.
    pub means: f64,
    /// The standard error of that difference.
    pub error: f64,
    /// The share of the measurements that was looked at, from the fastest on.
    pub share: f64,
}

/// The differences between two classes: of all measurements, and of faster and faster ones of them.
///
/// What is left out is decided by both classes together, so that it favours neither. A share with too few measurements, or
/// with measurements that don't vary, is not there.
#[must_use]
pub fn differences(first: &[u32], second: &[u32]) -> Vec<Difference> {
    let mut all = [first, second].concat();
    all.sort_unstable();
    SHARES
        .iter()
        .filter_map(|share| {
            let slowest = *all.get(last_of(all.len(), *share)?)?;
            welch(&Moments::of(first, slowest), &Moments::of(second, slowest), *share)
        })
        .collect()
}

/// Where the last measurement of this share stands.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a share of a length is a length, and a measurement more or less makes no difference"
)]
fn last_of(length: usize, share: f64) -> Option<usize> {
    ((length as f64 * share) as usize).checked_sub(1)
}

fn welch(first: &Moments, second: &Moments, share: f64) -> Option<Difference> {
    let error = (first.error_squared()? + second.error_squared()?).sqrt();
    let means = second.mean - first.mean;
    (error > 0.0).then(|| Difference { t: means / error, means, error, share })
}

/// Number, mean and spread, in one pass that loses no digits (Welford's).
#[derive(Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn of(measurements: &[u32], slowest: u32) -> Self {
        let mut moments = Self::default();
        for measurement in measurements.iter().filter(|measurement| **measurement <= slowest) {
            let value = f64::from(*measurement);
            let from_mean = value - moments.mean;
            moments.count += 1.0;
            moments.mean += from_mean / moments.count;
            moments.squares += from_mean * (value - moments.mean);
        }
        moments
    }

    /// The square of the mean's standard error.
    fn error_squared(&self) -> Option<f64> {
        (self.count > 1.0).then(|| self.squares / (self.count - 1.0) / self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(first: &[u32], second: &[u32]) -> Difference {
        differences(first, second).into_iter().max_by(|one, other| one.t.abs().total_cmp(&other.t.abs())).unwrap()
    }

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-4
    }

    /// Worked by hand: means 3 and 5, variances 2.5 and 10, five measurements each.
    #[test]
    fn t_is_the_difference_in_units_of_its_error() {
        let (first, second) = (Moments::of(&[1, 2, 3, 4, 5], u32::MAX), Moments::of(&[1, 3, 5, 7, 9], u32::MAX));
        let found = welch(&first, &second, 1.0).unwrap();
        assert!(near(found.means, 2.0) && near(found.error, 2.5_f64.sqrt()) && near(found.t, 1.264_911), "{found:?}");
    }

    #[test]
    fn the_order_gives_the_sign() {
        let (fast, slow) = ([10, 11, 12, 11], [20, 21, 22, 21]);
        assert!(worst(&fast, &slow).t > 5.0);
        assert!(worst(&slow, &fast).t < -5.0);
    }

    /// As on a machine with other work: every eighth measurement is disturbed, by far more than the classes differ.
    #[test]
    fn a_difference_shows_through_disturbances() {
        let class = |base: u32| -> Vec<u32> {
            (0..8_000_u32).map(|n| base + n % 7 + if n % 8 == 0 { 100_000 + n * 97 % 50_000 } else { 0 }).collect()
        };
        let found = worst(&class(1000), &class(1002));
        assert!(found.t > 10.0 && found.share < 1.0, "{found:?}");
        assert!(worst(&class(1000), &class(1000)).t.abs() < 1e-9);
    }

    /// A difference that shows in few measurements, the slow ones, is not cut off.
    #[test]
    fn a_rare_difference_is_seen() {
        let class = |rare: u32| -> Vec<u32> {
            (0..10_000_u32).map(|n| 1000 + n % 7 + if n % 100 == 0 { rare } else { 0 }).collect()
        };
        assert!(worst(&class(0), &class(200)).t > 9.0);
    }

    #[test]
    fn nothing_is_said_of_too_little() {
        assert_eq!(differences(&[], &[]), []);
        assert_eq!(differences(&[1, 2, 3], &[]), []);
        assert_eq!(differences(&[5, 5, 5], &[5, 5, 5]), []);
    }
}
