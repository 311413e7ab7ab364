//! Whether verification takes the same time wherever a forged MAC differs from the right one (requirement R-24).
//!
//! Two classes of forged tokens are verified in random order, and Welch's t-test says whether their times differ. The same is done
//! with a comparison that leaks, which must be found, and with two classes that are one, which must not.

use std::{hint::black_box, process::ExitCode, time::Instant};

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use fastjwt::{Algorithm, ErrorKind, FastJwt, NoClaims, SigningKey, TokenFault};
use fastjwt_benches::{Difference, differences};

/// Beyond this the times differ: it comes about by chance once in some million tests.
const LIMIT: f64 = 5.0;

/// Of each pair of classes.
const MEASUREMENTS: usize = 1_000_000;

/// So many forged tokens are prepared at once, so that their making is not near the measurement.
const BATCH: usize = 1000;

/// For HS512; the others take its first bytes.
const SECRET: &[u8; 64] = b"qZ3vT8nKx1LwR6bYc0MfHs9JdPu4GeA7iVoXtEj2SkBrNlDyQg5UhCaWmFzOpI.-";

const USAGE: &str = "usage: cargo bench --manifest-path benches/Cargo.toml --bench constant_time [-- MEASUREMENTS]";

fn main() -> ExitCode {
    // cargo tells a benchmark that it is one.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let measurements = match arguments.as_slice() {
        [] => Some(MEASUREMENTS),
        [number] => number.parse().ok().filter(|number| *number >= BATCH),
        _ => None,
    };
    let Some(measurements) = measurements else {
        eprintln!("{USAGE}\n\nMEASUREMENTS, of each row of the table: at least {BATCH}, {MEASUREMENTS} if not given");
        return ExitCode::from(2);
    };

    println!("{measurements} measurements a row; times differ where |t| is {LIMIT} or more\n");
    println!(
        "       comparison                     wrong bytes           of the fastest half  t, in the fastest  verdict"
    );
    let rows: Vec<Row> = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512]
        .into_iter()
        .flat_map(|algorithm| Row::all(algorithm, measurements))
        .collect();
    conclude(&rows)
}

fn conclude(rows: &[Row]) -> ExitCode {
    let wrong = |subject| rows.iter().any(|row| row.subject == subject && !row.holds());
    println!();
    if wrong(Subject::Leaky) || wrong(Subject::Nothing) {
        println!("nothing can be said: on this machine, differences that are there were not seen, or others were");
        ExitCode::from(2)
    } else if wrong(Subject::Library) {
        println!("the time of a verification tells where a forged MAC is wrong");
        ExitCode::FAILURE
    } else {
        println!("the time of a verification does not tell where a forged MAC is wrong");
        ExitCode::SUCCESS
    }
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// fastjwt, as a service calls it.
    Library,
    /// A comparison that ends at the first wrong byte.
    Leaky,
    /// fastjwt with one class in place of two.
    Nothing,
}

/// Which bytes of a MAC are wrong.
#[derive(Clone, Copy)]
enum Wrong {
    First,
    Last,
    All,
}

/// Two classes of forged tokens, verified by one subject.
struct Row {
    subject: Subject,
    differences: Vec<Difference>,
}

impl Row {
    fn all(algorithm: Algorithm, measurements: usize) -> Vec<Self> {
        let secret = match algorithm {
            Algorithm::HS384 => &SECRET[..48],
            Algorithm::HS512 => SECRET,
            _ => &SECRET[..32],
        };
        let key = SigningKey::from_secret(algorithm, secret).expect("the secret is long enough");
        let jwt = FastJwt::builder().key(key).build().expect("a key is all that must be configured");
        let issued = jwt.create_access_token("USER_ID").sign().expect("a token without claims can be issued");
        let mut forger = Forger::new(issued.as_str());
        forger.check(&jwt);

        let leaky = Leaky::new(algorithm, secret);
        let library = |token: &str| jwt.verify_access_token::<NoClaims>(token).is_ok();
        let last = (Wrong::Last, "last");
        [
            (Subject::Library, (Wrong::First, "first"), last),
            (Subject::Library, (Wrong::All, "all"), last),
            (Subject::Leaky, (Wrong::First, "first"), last),
            (Subject::Nothing, last, last),
        ]
        .into_iter()
        .map(|(subject, one, other)| {
            let classes = [one.0, other.0];
            let times = match subject {
                Subject::Leaky => measure(&mut forger, classes, measurements, |token| leaky.accepts(token)),
                _ => measure(&mut forger, classes, measurements, library),
            };
            let row = Self { subject, differences: differences(&times[0], &times[1]) };
            row.print(algorithm, [one.1, other.1]);
            row
        })
        .collect()
    }

    /// The most significant difference.
    fn worst(&self) -> Option<&Difference> {
        self.differences.iter().max_by(|one, other| one.t.abs().total_cmp(&other.t.abs()))
    }

    fn holds(&self) -> bool {
        self.worst().is_some_and(|worst| (worst.t.abs() >= LIMIT) == (self.subject == Subject::Leaky))
    }

    fn print(&self, algorithm: Algorithm, classes: [&str; 2]) {
        let comparison = match self.subject {
            Subject::Library => "fastjwt",
            Subject::Leaky => "ends at the first wrong byte",
            Subject::Nothing => "fastjwt, the same class twice",
        };
        let classes = format!("{} against {}", classes[0], classes[1]);
        let half = self.differences.iter().find(|difference| difference.share <= 0.5);
        let half = half.map_or_else(String::new, |half| format!("{:+.2} ± {:.2} ns", half.means, half.error));
        let worst =
            self.worst().map_or_else(String::new, |worst| format!("{:+.2} ({:.0}%)", worst.t, worst.share * 100.0));
        let verdict = match (self.holds(), self.subject) {
            (true, Subject::Leaky) => "leaks, as it must",
            (true, _) => "holds",
            (false, Subject::Leaky) => "LEAKS, AND IT WAS NOT SEEN",
            (false, Subject::Library) => "LEAKS",
            (false, Subject::Nothing) => "DIFFERS, AND CAN'T",
        };
        println!("{:<6} {comparison:<30} {classes:<18} {half:>26} {worst:>19}  {verdict}", algorithm.as_str());
    }
}

/// Times of verifications in nanoseconds, by class.
fn measure(
    forger: &mut Forger,
    classes: [Wrong; 2],
    measurements: usize,
    accepts: impl Fn(&str) -> bool,
) -> [Vec<u32>; 2] {
    let mut times = [Vec::with_capacity(measurements), Vec::with_capacity(measurements)];
    // One place in memory for every token that is verified.
    let mut token = String::new();
    for batch in 0..=measurements.div_ceil(BATCH) {
        let prepared: Vec<(usize, String)> = (0..BATCH)
            .map(|_| {
                let class = usize::from(forger.chance.next() >> 63 == 1);
                (class, forger.forge(classes[class]))
            })
            .collect();
        for (class, text) in &prepared {
            token.clone_from(text);
            let (accepted, time) = timed(|| accepts(black_box(&token)));
            assert!(!accepted, "a forged token was accepted");
            // In the first batch, caches and branch predictors get to know the code.
            if batch > 0 {
                times[*class].push(time);
            }
        }
    }
    times
}

#[expect(clippy::disallowed_methods, reason = "a measurement is what the system's clock is for")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, u32) {
    let start = Instant::now();
    let done = black_box(work());
    let time = start.elapsed();
    (done, u32::try_from(time.as_nanos()).unwrap_or(u32::MAX))
}

/// Makes tokens with a wrong MAC out of a good one.
struct Forger {
    message: String,
    mac: Vec<u8>,
    chance: Chance,
}

impl Forger {
    fn new(token: &str) -> Self {
        let (message, mac) = token.rsplit_once('.').expect("a token has a signature");
        let mac = BASE64_URL_SAFE_NO_PAD.decode(mac).expect("a signature is base64url");
        Self { message: format!("{message}."), mac, chance: Chance(0x9E37_79B9_7F4A_7C15) }
    }

    /// Different in these bytes, and the same in all others.
    fn forge(&mut self, wrong: Wrong) -> String {
        let last = self.mac.len() - 1;
        let mut mac = self.mac.clone();
        for (index, byte) in mac.iter_mut().enumerate() {
            let spoilt = match wrong {
                Wrong::First => index == 0,
                Wrong::Last => index == last,
                Wrong::All => true,
            };
            // Drawn for every byte, so that each class takes as long.
            let difference = self.chance.any_but_zero();
            *byte ^= if spoilt { difference } else { 0 };
        }
        format!("{}{}", self.message, BASE64_URL_SAFE_NO_PAD.encode(mac))
    }

    /// That the token is good, and that it is the MAC and nothing else for which the forged ones are refused.
    fn check(&mut self, jwt: &FastJwt) {
        let good = format!("{}{}", self.message, BASE64_URL_SAFE_NO_PAD.encode(&self.mac));
        assert!(jwt.verify_access_token::<NoClaims>(&good).is_ok(), "the token must be good");
        for wrong in [Wrong::First, Wrong::Last, Wrong::All] {
            let refused = jwt.verify_access_token::<NoClaims>(&self.forge(wrong)).err();
            let kind = refused.as_ref().map(fastjwt::Error::kind);
            assert_eq!(kind, Some(&ErrorKind::Token(TokenFault::BadSignature)), "its MAC must be what is wrong");
        }
    }
}

/// Verifies a MAC as one must not: the more of it is right, the longer it takes.
struct Leaky(hmac::Key);

impl Leaky {
    fn new(algorithm: Algorithm, secret: &[u8]) -> Self {
        let hash = match algorithm {
            Algorithm::HS384 => hmac::HMAC_SHA384,
            Algorithm::HS512 => hmac::HMAC_SHA512,
            _ => hmac::HMAC_SHA256,
        };
        Self(hmac::Key::new(hash, secret))
    }

    fn accepts(&self, token: &str) -> bool {
        let Some((message, mac)) = token.rsplit_once('.') else { return false };
        let Ok(mac) = BASE64_URL_SAFE_NO_PAD.decode(mac) else { return false };
        let right = hmac::sign(&self.0, message.as_bytes());
        let right = right.as_ref();
        mac.len() == right.len() && mac.iter().zip(right).all(|(byte, expected)| byte == expected)
    }
}

/// Pseudorandom numbers (`SplitMix64`); they need not be hard to guess.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn any_but_zero(&mut self) -> u8 {
        u8::try_from(self.next() % 255).unwrap_or(0) + 1
    }
}
