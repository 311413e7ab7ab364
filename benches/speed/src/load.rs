//! A server and its load: each on a processor of its own, and what one request costs the server.
//!
//! The load asks without a pause whether there is an answer. One that waits until it is woken, as tools for it do, has each answer wake
//! it if the server is slower than itself: on a virtual machine that took the server two microseconds of three.

use std::{
    fs, io,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::{
    buffer::spare_capacity,
    event::{Timespec, epoll},
    thread::{CpuSet, sched_getaffinity, sched_setaffinity},
};

use crate::{payload::SUBJECT, servers::ONE_TOKEN};

/// Connections that are kept open, each with a request on its way.
const CONNECTIONS: usize = 64;

/// How long a server is loaded at a time, without counting, so that its part of the processor's caches is its own again, and then with.
/// In the first, each of many tokens comes once.
const TURNS: [Duration; 2] = [Duration::from_millis(30), Duration::from_millis(80)];

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

    /// Loads it for a tenth of a second with the tokens of a file, one after the other.
    ///
    /// # Errors
    /// If a request was not answered with the status of success.
    pub fn load(&self, tokens: &str) -> io::Result<Load> {
        stay_on(self.processors.load)?;
        let requests: Vec<String> = fs::read_to_string(self.folder.join(tokens))?
            .lines()
            .map(|token| format!("GET /me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"))
            .collect();
        let [first, counted] = TURNS;
        self.load_for(&requests, first)?;
        self.load_for(&requests, counted)
    }

    #[expect(clippy::disallowed_methods, reason = "time is what is measured")]
    fn load_for(&self, requests: &[String], turn: Duration) -> io::Result<Load> {
        let mut requests = requests.iter().cycle();
        let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut connections = Vec::with_capacity(CONNECTIONS);
        for number in 0..CONNECTIONS {
            let connection = Connection::open(self.port)?;
            epoll::add(&poll, &connection.stream, epoll::EventData::new_u64(number as u64), epoll::EventFlags::IN)?;
            connections.push(connection);
        }
        let (before, start) = (self.time()?, Instant::now());
        let mut send = |connection: &mut Connection| {
            let request = requests.next().ok_or_else(|| io::Error::other("no tokens"))?;
            connection.stream.write_all(request.as_bytes())
        };
        connections.iter_mut().try_for_each(&mut send)?;
        let (mut answers, mut waiting, mut events) = (0_u32, CONNECTIONS, Vec::with_capacity(CONNECTIONS));
        while waiting > 0 {
            events.clear();
            let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
            if epoll::wait(&poll, spare_capacity(&mut events), Some(&at_once))? == 0 {
                std::hint::spin_loop();
                continue;
            }
            let goes_on = start.elapsed() < turn;
            for event in &events {
                let event: &epoll::Event = event;
                let connection = &mut connections[usize::try_from(event.data.u64()).unwrap_or_default()];
                if !connection.is_answered()? {
                    continue;
                }
                answers += 1;
                if goes_on { send(connection)? } else { waiting -= 1 }
            }
        }
        let (taken, seconds) = (self.time()? - before, start.elapsed().as_secs_f64());
        let answers = f64::from(answers);
        Ok(Load { each: taken / answers, rate: answers / seconds, busy: taken / seconds })
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

/// A connection with a request on its way, and what has come of the answer.
struct Connection {
    stream: TcpStream,
    answer: [u8; 1024],
    length: usize,
}

impl Connection {
    fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, answer: [0; 1024], length: 0 })
    }

    /// Whether what can be read completes the answer; the next one is another.
    fn is_answered(&mut self) -> io::Result<bool> {
        let read = self.stream.read(&mut self.answer[self.length..])?;
        self.length += read;
        let answer = &self.answer[..self.length];
        if read == 0 || answer.len() > 12 && !answer.starts_with(b"HTTP/1.1 200") {
            return Err(io::Error::other(format!("a request failed: {}", String::from_utf8_lossy(answer))));
        }
        let is_whole = answer.ends_with(SUBJECT.as_bytes());
        if is_whole {
            self.length = 0;
        }
        Ok(is_whole)
    }
}
