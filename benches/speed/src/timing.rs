//! Times cases against each other in one process: their turns alternate, and what counts is the thread's time on the processor.
//!
//! Other work on the machine then slows all of them alike, so that ratios hold where microseconds don't. Threads that may wait for one
//! another are timed by the clock: a thread that waits is on no processor.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};

/// How long a turn of a case lasts, in seconds, so that looking at the clock is none of it.
const TURN: f64 = 150e-6;

/// Something that is timed.
pub struct Case<'c> {
    /// What it is called.
    pub name: String,
    /// What is done.
    pub job: Box<dyn FnMut() + 'c>,
}

impl<'c> Case<'c> {
    /// A case.
    pub fn new(name: impl Into<String>, job: impl FnMut() + 'c) -> Self {
        Self { name: name.into(), job: Box::new(job) }
    }
}

/// What came out for a case.
#[derive(Debug, Clone)]
pub struct Timed {
    /// What it is called.
    pub name: String,
    /// Of each turn, the seconds that one run took.
    turns: Vec<f64>,
}

impl Timed {
    /// The median, in seconds.
    #[must_use]
    pub fn median(&self) -> f64 {
        quantile(self.turns.clone(), 0.5)
    }

    /// Half the distance between the quartiles, as a share of the median.
    #[must_use]
    pub fn spread(&self) -> f64 {
        (quantile(self.turns.clone(), 0.75) - quantile(self.turns.clone(), 0.25)) / 2.0 / self.median()
    }

    /// How many times as long as the other it takes: the median of the ratios of turns that were neighbours.
    #[must_use]
    pub fn ratio(&self, other: &Self) -> f64 {
        quantile(self.turns.iter().zip(&other.turns).map(|(own, other)| own / other).collect(), 0.5)
    }
}

/// Times the cases, so many turns each.
#[must_use]
pub fn interleaved(cases: Vec<Case<'_>>, turns: usize) -> Vec<Timed> {
    let mut running: Vec<(Case<'_>, u32, Timed)> = cases
        .into_iter()
        .map(|mut case| {
            let runs = runs_in_a_turn(&mut case);
            let timed = Timed { name: case.name.clone(), turns: Vec::with_capacity(turns) };
            (case, runs, timed)
        })
        .collect();
    for turn in 0..turns {
        let mut take = |(case, runs, timed): &mut (Case<'_>, u32, Timed)| {
            timed.turns.push(seconds(&mut case.job, *runs) / f64::from(*runs));
        };
        // Back and forth, so that none always comes after the same other one.
        if turn % 2 == 0 {
            running.iter_mut().for_each(&mut take);
        } else {
            running.iter_mut().rev().for_each(&mut take);
        }
    }
    running.into_iter().map(|(_, _, timed)| timed).collect()
}

fn runs_in_a_turn(case: &mut Case<'_>) -> u32 {
    // The first run may make what is kept.
    (case.job)();
    let mut runs = 1;
    loop {
        let taken = seconds(&mut case.job, runs);
        if taken >= TURN || runs >= 1 << 20 {
            return runs;
        }
        runs *= 2;
    }
}

fn seconds(job: &mut dyn FnMut(), runs: u32) -> f64 {
    let start = thread_time();
    for _ in 0..runs {
        job();
    }
    thread_time().saturating_sub(start).as_secs_f64()
}

/// What a run takes by the clock, of so many on each of so many threads, from the first one's begin to the last one's end. Each thread
/// makes a job of its own, which is told which thread that is.
///
/// # Panics
/// If a job does.
#[must_use]
pub fn by_the_clock<J: FnMut()>(threads: usize, runs: u32, job: impl Fn(usize) -> J + Sync) -> f64 {
    let ready = AtomicUsize::new(0);
    let run = |thread: usize| {
        let mut job = job(thread);
        // Nobody sleeps here: to be woken would take a part of the turn.
        ready.fetch_add(1, Ordering::SeqCst);
        while ready.load(Ordering::SeqCst) < threads {
            std::hint::spin_loop();
        }
        let start = since_start(ClockId::Monotonic);
        (0..runs).for_each(|_| job());
        (start, since_start(ClockId::Monotonic))
    };
    let times: Vec<(Duration, Duration)> = std::thread::scope(|scope| {
        let run = &run;
        let others: Vec<_> = (1..threads).map(|thread| scope.spawn(move || run(thread))).collect();
        let own = run(0);
        let others = others.into_iter().map(|other| other.join().expect("a job that ends"));
        others.chain([own]).collect()
    });
    let begin = times.iter().map(|(start, _)| *start).min().unwrap_or_default();
    let end = times.iter().map(|(_, end)| *end).max().unwrap_or_default();
    end.saturating_sub(begin).as_secs_f64() / f64::from(runs)
}

/// The time that this thread has spent on a processor.
#[must_use]
pub fn thread_time() -> Duration {
    since_start(ClockId::ThreadCPUTime)
}

/// The time that all threads of this process have spent on processors.
#[must_use]
pub fn process_time() -> Duration {
    since_start(ClockId::ProcessCPUTime)
}

fn since_start(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    let seconds = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or_default());
    seconds + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or_default())
}

/// The value below which this share of all values lies.
///
/// # Panics
/// Without values.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a share of a length is a length"
)]
pub fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}

/// What the median of these values differs from one time to the next, as the distance between their quartiles tells: that is 1.35
/// standard deviations, and a median's error 1.25 of them over the root of how many there are.
///
/// # Panics
/// Without values.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "there are not that many")]
pub fn standard_error(values: Vec<f64>) -> f64 {
    let root = (values.len() as f64).sqrt();
    (quantile(values.clone(), 0.75) - quantile(values, 0.25)) / 1.35 * 1.25 / root
}
