//! A WebSocket client, frame by frame, that can do what no library lets one do: stop in the middle of a message, not read, and
//! not answer.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// RFC 6455 section 5.2, unmasked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub is_last: bool,
    pub opcode: u8,
    pub payload: Vec<u8>,
}

impl Frame {
    pub fn text(text: &str) -> Self {
        Self { is_last: true, opcode: TEXT, payload: text.as_bytes().to_vec() }
    }

    /// A close frame's code comes first (section 5.5.1).
    pub fn close(code: u16, reason: &str) -> Self {
        let payload = [&code.to_be_bytes(), reason.as_bytes()].concat();
        Self { is_last: true, opcode: CLOSE, payload }
    }
}

/// What would never happen fails, and does not hang.
pub async fn patiently<T>(what: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(60), what).await.expect("it has been waited for long enough")
}

pub struct Client {
    stream: TcpStream,
    /// The head of the answer to the handshake.
    pub head: String,
}

impl Client {
    /// Opens a WebSocket with these headers, or says with which status that was refused.
    pub async fn open(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let socket = TcpSocket::new_v4().unwrap();
        // So that a server can't send much that is not read.
        socket.set_recv_buffer_size(4096).unwrap();
        let mut stream = socket.connect(address).await.unwrap();
        let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{lines}\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(patiently(stream.read_u8()).await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        if status == 101 { Ok(Self { stream, head }) } else { Err(status) }
    }

    /// One frame, masked as a client's must be; whether the connection took it.
    pub async fn send(&mut self, frame: Frame) -> bool {
        const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
        let Frame { is_last, opcode, payload } = frame;
        let length = u8::try_from(payload.len()).ok().filter(|length| *length < 126).expect("a short frame");
        let mut bytes = vec![opcode | if is_last { 0x80 } else { 0 }, 0x80 | length];
        bytes.extend(MASK);
        bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        self.stream.write_all(&bytes).await.is_ok()
    }

    /// The next frame, whatever it is; `None` once the connection has ended.
    pub async fn receive(&mut self) -> Option<Frame> {
        patiently(self.read()).await.ok()
    }

    async fn read(&mut self) -> std::io::Result<Frame> {
        let (first, second) = (self.stream.read_u8().await?, self.stream.read_u8().await?);
        assert!(second < 0x80, "a server's frame is not masked");
        let length = match second {
            126 => u64::from(self.stream.read_u16().await?),
            127 => self.stream.read_u64().await?,
            short => u64::from(short),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut payload).await?;
        Ok(Frame { is_last: first & 0x80 != 0, opcode: first & 0x0f, payload })
    }

    /// Whether nothing has come that was not read, nor the end.
    pub fn is_quiet(&self) -> bool {
        self.stream.try_read(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }
}
