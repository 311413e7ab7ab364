//! A server and its load: each on a processor of its own, and what one request costs the server.

use std::{
    fs, io,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::{payload::SUBJECT, servers::ONE_TOKEN};

/// Connections that are kept open.
const CONNECTIONS: &str = "64";

/// The two processors that are used.
#[derive(Debug, Clone, Copy)]
pub struct Processors {
    server: usize,
    load: usize,
}

impl Processors {
    /// The first two that this process may use.
    ///
    /// # Errors
    /// If there is only one.
    pub fn choose() -> io::Result<Self> {
        let allowed = sched_getaffinity(None)?;
        let mut allowed = (0..CpuSet::MAX_CPU).filter(|number| allowed.is_set(*number));
        match (allowed.next(), allowed.next()) {
            (Some(load), Some(server)) => Ok(Self { server, load }),
            _ => Err(io::Error::other("the server and its load need a processor each, and there is only one")),
        }
    }
}

/// From now on this thread, and each process that it starts, stays on that processor.
fn stay_on(processor: usize) -> io::Result<()> {
    let mut only = CpuSet::new();
    only.set(processor);
    Ok(sched_setaffinity(None, &only)?)
}

/// A server in a process of its own, which ends with this value.
pub struct Running {
    process: Child,
    port: u16,
    folder: PathBuf,
    processors: Processors,
}

/// What a round came to.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Seconds on the processor that a request took the server.
    pub each: f64,
    /// Answers a second.
    pub rate: f64,
    /// How much of the time the server was at work: with less than all, the load was what slowed.
    pub busy: f64,
}

impl Running {
    /// Starts a server: this program, with these arguments and a folder for its tokens. It must tell its port in a line.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(arguments: &[&str], folder: &Path, processors: Processors) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        stay_on(processors.server)?;
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.args(arguments).arg(folder).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        // From here on, whatever goes wrong ends the process.
        let mut running = Self { process, port: 0, folder: folder.to_owned(), processors };
        running.port = line.trim().parse().map_err(|_| io::Error::other("the server did not start"))?;
        Ok(running)
    }

    /// Whether a good token is let in, and one with a forged signature is not.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn tells_tokens_apart(&self) -> io::Result<(bool, bool)> {
        let good = fs::read_to_string(self.folder.join(ONE_TOKEN))?;
        let (message, signature) = good.rsplit_once('.').ok_or_else(|| io::Error::other("no token"))?;
        let other = if signature.starts_with('A') { "B" } else { "A" };
        let forged = format!("{message}.{other}{}", &signature[1..]);
        Ok((self.lets_in(&good)?, !self.lets_in(&forged)?))
    }

    fn lets_in(&self, token: &str) -> io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        write!(
            stream,
            "GET /me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(SUBJECT))
    }

    /// Loads it for a second with the tokens of a file.
    ///
    /// # Errors
    /// If wrk is missing, or a request was not answered with the status of success.
    pub fn load(&self, tokens: &str) -> io::Result<Load> {
        stay_on(self.processors.load)?;
        let before = self.time()?;
        let output = Command::new("wrk")
            .args(["--threads", "1", "--connections", CONNECTIONS, "--duration", "1s", "--script"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/load.lua"))
            .arg(format!("http://127.0.0.1:{}", self.port))
            .arg("--")
            .arg(self.folder.join(tokens))
            .output()
            .map_err(|error| io::Error::new(error.kind(), format!("wrk, which makes the load: {error}")))?;
        let taken = self.time()? - before;
        let said = String::from_utf8_lossy(&output.stdout);
        let numbers: Option<Vec<f64>> = said
            .lines()
            .find_map(|line| line.strip_prefix("load "))
            .and_then(|numbers| numbers.split(' ').map(|number| number.parse().ok()).collect());
        match numbers.as_deref() {
            Some(&[requests, microseconds, 0.0]) if requests > 0.0 => {
                let seconds = microseconds / 1e6;
                Ok(Load { each: taken / requests, rate: requests / seconds, busy: taken / seconds })
            }
            _ => Err(io::Error::other(format!("wrk failed, or requests did: {said}"))),
        }
    }

    /// Seconds that its one thread has spent on a processor.
    fn time(&self) -> io::Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/schedstat", self.process.id()))?;
        let nanoseconds = text.split(' ').next().and_then(|number| number.parse::<f64>().ok());
        nanoseconds
            .map(|number| number / 1e9)
            .ok_or_else(|| io::Error::other("the system does not count a thread's time"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
