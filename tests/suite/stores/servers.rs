//! A private Redis and a private PostgreSQL: started on first use, and gone with the process that started them, however it ends.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread::sleep,
    time::Duration,
};

use redis::aio::{ConnectionManager, ConnectionManagerConfig};

/// Starts a server, says its process id, and waits: for the server to end, or for us, whose end closes the input. It
/// then ends the server by its id, and takes the folder away if it is not going to be started again.
const KEEPER: &str = r#"
    folder=$1; signal=$2; shift 2
    exec 3<&0 2>/dev/null
    "$@" >"$folder/log" 2>&1 3<&- </dev/null &
    server=$!
    { cat <&3 >/dev/null; kill -s "$signal" "$server" 2>/dev/null; } &
    exec 3<&-
    echo "$server"
    wait "$server"
    [ -e "$folder/keep" ] || rm -rf "$folder"
"#;

/// How often a server is looked at that is starting, ten times a second.
const LOOKS: u32 = 600;

/// PostgreSQL's settings in tests. A machine that crashes takes them with it: the operating system's memory is durable enough.
pub const QUICK: &[&str] = &["fsync=off"];

/// A server on a port of its own, with its data in a folder of its own.
pub struct Server {
    kind: Kind,
    folder: PathBuf,
    pub port: u16,
    running: Mutex<Option<Running>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Redis,
    Postgres(&'static [&'static str]),
}

struct Running {
    id: u32,
    keeper: Child,
}

/// The Redis that tests share: each uses keys of its own.
pub static REDIS: LazyLock<Server> = LazyLock::new(Server::redis);
/// The PostgreSQL that tests share: each uses a schema of its own.
pub static POSTGRES: LazyLock<Server> = LazyLock::new(|| Server::postgres(QUICK));

impl Server {
    /// A Redis of one's own, for a test that kills it. What it has answered is on the disk.
    pub fn redis() -> Self {
        Self::start_new(Kind::Redis, new_folder("redis"))
    }

    /// A PostgreSQL of one's own with these settings, for a test that kills it.
    pub fn postgres(settings: &'static [&'static str]) -> Self {
        let folder = new_folder("postgres");
        if is_root() {
            run(Command::new("chown").arg("nobody").arg(&folder));
        }
        let data = folder.join("data");
        let mut initdb = as_nobody(postgres_program("initdb"));
        initdb.args(["--username=test", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "--pgdata"]);
        run(initdb.arg(data));
        Self::start_new(Kind::Postgres(settings), folder)
    }

    pub fn url(&self) -> String {
        match self.kind {
            Kind::Redis => format!("redis://127.0.0.1:{}/", self.port),
            Kind::Postgres(_) => format!("postgres://test@127.0.0.1:{}/postgres", self.port),
        }
    }

    /// A connection to this Redis that waits as long as a slow disk may take for one answer.
    pub async fn connection(&self) -> ConnectionManager {
        let patient = ConnectionManagerConfig::new().set_response_timeout(Some(Duration::from_secs(30)));
        let client = redis::Client::open(self.url()).unwrap();
        client.get_connection_manager_with_config(patient).await.unwrap()
    }

    /// Ends the server at once, as a crash would, and keeps its data.
    pub fn kill(&self) {
        let Some(mut running) = self.running.lock().unwrap().take() else { return };
        fs::write(self.folder.join("keep"), "").unwrap();
        run(Command::new("kill").args(["-s", self.kind.crash()]).arg(running.id.to_string()));
        running.keeper.wait().unwrap();
    }

    /// Starts the server again, on its port and with its data.
    pub fn start_again(&self) {
        let mut running = self.running.lock().unwrap();
        assert!(running.is_none(), "the server is running");
        *running = Some(self.kind.start(&self.folder, self.port).expect("the server starts again"));
        fs::remove_file(self.folder.join("keep")).unwrap();
    }

    /// Another process may take the port between its choice and its use; then another one is chosen.
    fn start_new(kind: Kind, folder: PathBuf) -> Self {
        fs::write(folder.join("keep"), "").unwrap();
        for _ in 0..10 {
            let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
            if let Some(running) = kind.start(&folder, port) {
                fs::remove_file(folder.join("keep")).unwrap();
                return Self { kind, folder, port, running: Mutex::new(Some(running)) };
            }
        }
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        panic!("the server does not start:\n{log}");
    }
}

impl Kind {
    fn command(self, folder: &Path, port: u16) -> Command {
        match self {
            Self::Redis => {
                let mut command = Command::new("redis-server");
                command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""]);
                command.args(["--appendonly", "yes", "--appendfsync", "always", "--dir"]).arg(folder);
                command
            }
            Self::Postgres(settings) => {
                let mut command = as_nobody(postgres_program("postgres"));
                command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder);
                for setting in ["listen_addresses=127.0.0.1", "max_connections=200"].iter().chain(settings) {
                    command.args(["-c", setting]);
                }
                command.args(["-p", &port.to_string()]);
                command
            }
        }
    }

    /// The signal that ends it at once; PostgreSQL's children go with it.
    fn crash(self) -> &'static str {
        match self {
            Self::Redis => "KILL",
            Self::Postgres(_) => "QUIT",
        }
    }

    /// Starts it and waits until it answers; nothing if it ends before that.
    fn start(self, folder: &Path, port: u16) -> Option<Running> {
        let command = self.command(folder, port);
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(folder)
            .arg(self.crash())
            .arg(command.get_program())
            .args(command.get_args())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh runs");
        let mut id = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut id).unwrap();
        let id = id.trim().parse().expect("the keeper says the server's process id");
        for _ in 0..LOOKS {
            if keeper.try_wait().unwrap().is_some() {
                return None;
            }
            if self.answers(port) {
                return Some(Running { id, keeper });
            }
            sleep(Duration::from_millis(100));
        }
        // Without its input, the keeper ends the server.
        drop(keeper.stdin.take());
        keeper.wait().unwrap();
        None
    }

    fn answers(self, port: u16) -> bool {
        match self {
            Self::Redis => redis_answers(port).unwrap_or(false),
            Self::Postgres(_) => {
                let mut ready = Command::new(postgres_program("pg_isready"));
                ready.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status().unwrap().success()
            }
        }
    }
}

fn redis_answers(port: u16) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"PING\r\n")?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer)?;
    Ok(answer == *b"+PONG")
}

fn new_folder(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("fastjwt-{name}-{}-{number}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    folder
}

/// PostgreSQL refuses to run as root.
fn as_nobody(program: PathBuf) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]).arg(program);
    command
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

/// Debian keeps all but the clients outside of the path.
pub fn postgres_program(name: &str) -> PathBuf {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin").join(name)).collect())
        .unwrap_or_default();
    versions.retain(|program| program.exists());
    versions.sort();
    versions.pop().unwrap_or_else(|| PathBuf::from(name))
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
