//! A reader of JSON that shares no code with the library: which members stand where, each as its text, and which stand twice.

use std::collections::HashSet;

use serde_json::Value;

/// An object's members, in order, a repeated one as often as it stands there.
pub struct Object<'t> {
    pub members: Vec<(String, &'t str)>,
    /// Whether an object below it, at any depth, has a member twice, and under which of its own members.
    pub repeats_below: HashSet<String>,
}

impl<'t> Object<'t> {
    /// Reads a text that is one JSON object (RFC 8259) and nothing else; names must be Unicode.
    pub fn read(text: &'t str) -> Option<Self> {
        let mut reader = Reader { text, at: 0 };
        reader.skip_space();
        if reader.peek() != Some(b'{') {
            return None;
        }
        let object = reader.document()?;
        reader.skip_space();
        (reader.at == text.len()).then_some(object)
    }

    /// The text of a member that stands there once; of several, none.
    pub fn only(&self, name: &str) -> Option<&'t str> {
        let mut values = self.members.iter().filter(|(member, _)| member == name);
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(member, _)| member == name)
    }

    /// The value of a member that stands there once and that `serde_json` can read.
    pub fn value(&self, name: &str) -> Option<Value> {
        // As deep as it stands in its object.
        let [value] = serde_json::from_str(&format!("[{}]", self.only(name)?)).ok()?;
        Some(value)
    }

    /// The names that stand twice.
    pub fn repeated(&self) -> HashSet<&str> {
        let mut seen = HashSet::new();
        self.members.iter().map(|(name, _)| name.as_str()).filter(|name| !seen.insert(*name)).collect()
    }
}

/// The containers around a place, from the outermost one.
enum Open {
    Object(HashSet<String>),
    List,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// The object that begins here. Without recursion: a token may nest deeper than a stack goes.
    fn document(&mut self) -> Option<Object<'t>> {
        let mut object = Object { members: Vec::new(), repeats_below: HashSet::new() };
        let mut stack: Vec<Open> = Vec::new();
        // The member of the outermost object that is being read, and where its value begins.
        let mut member = (String::new(), 0);
        loop {
            // A value begins here.
            self.skip_space();
            let opened = match self.peek()? {
                b'{' => Some((Open::Object(HashSet::new()), b'}')),
                b'[' => Some((Open::List, b']')),
                _ => None,
            };
            let mut complete = true;
            if let Some((open, close)) = opened {
                self.at += 1;
                self.skip_space();
                stack.push(open);
                if self.peek()? == close {
                    self.at += 1;
                    stack.pop();
                } else {
                    complete = false;
                }
            } else {
                self.scalar()?;
            }
            // A value has ended, or a container's first element begins.
            loop {
                if complete {
                    if stack.is_empty() {
                        return Some(object);
                    }
                    if stack.len() == 1 {
                        object.members.push((member.0.clone(), &self.text[member.1..self.at]));
                    }
                    self.skip_space();
                    let (byte, close) = (self.peek()?, if matches!(stack.last()?, Open::List) { b']' } else { b'}' });
                    self.at += 1;
                    if byte == close {
                        stack.pop();
                        continue;
                    }
                    if byte != b',' {
                        return None;
                    }
                }
                break;
            }
            let depth = stack.len();
            if let Open::Object(seen) = stack.last_mut()? {
                self.skip_space();
                let name = self.name()?;
                self.skip_space();
                self.eat(b':')?;
                self.skip_space();
                if depth == 1 {
                    member = (name, self.at);
                } else if !seen.insert(name) {
                    object.repeats_below.insert(member.0.clone());
                }
            }
        }
    }

    fn name(&mut self) -> Option<String> {
        let start = self.at;
        self.string()?;
        serde_json::from_str(&self.text[start..self.at]).ok()
    }

    fn scalar(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            _ => {
                let word = ["true", "false", "null"].into_iter().find(|word| self.text[self.at..].starts_with(word))?;
                self.at += word.len();
                Some(())
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        self.eat(b'"')?;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'"' => return Some(()),
                0..0x20 => return None,
                b'\\' => {
                    let escape = self.peek()?;
                    self.at += 1;
                    match escape {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        b'u' => {
                            let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
                            if !digits.iter().all(u8::is_ascii_hexdigit) {
                                return None;
                            }
                            self.at += 4;
                        }
                        _ => return None,
                    }
                }
                _ => {}
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        let digits = |reader: &mut Self| {
            let start = reader.at;
            while matches!(reader.peek(), Some(b'0'..=b'9')) {
                reader.at += 1;
            }
            (reader.at > start).then_some(())
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            digits(self)?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            digits(self)?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            digits(self)?;
        }
        Some(())
    }
}

/// Whether two values say the same: floats may differ in their last digits, since `serde_json` does not read every one to the
/// nearest, and `1.0` may stand for `1`.
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            if let (Some(left), Some(right)) = (left.as_f64(), right.as_f64())
                && (left - right).abs() <= 1e-14 * left.abs().max(right.abs())
            {
                return true;
            }
            left == right
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_repeats_are_seen() {
        let text = r#" {"a":[1,{"x":1,"\u0078":2}], "b" : {"y":{"z":"\"}"}} ,"\u0061":-0.5e3,"c":[],"d":{}} "#;
        let object = Object::read(text).unwrap();
        let names: Vec<_> = object.members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b", "a", "c", "d"]);
        assert_eq!(object.repeated(), HashSet::from(["a"]));
        assert_eq!(object.repeats_below, HashSet::from(["a".to_owned()]));
        assert_eq!((object.only("b"), object.only("a")), (Some(r#"{"y":{"z":"\"}"}}"#), None));
        assert_eq!(Object::read("{}").map(|object| object.members.len()), Some(0));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let bad = [
            "",
            "[]",
            "1",
            "{",
            "}",
            "{}}",
            "{} x",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":01}"#,
            r#"{"a":1.}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":[1}}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":"\u12"}"#,
            "{\"a\":\"\n\"}",
            r#"{a:1}"#,
            r#"{"a":tru}"#,
        ];
        for text in bad {
            assert!(Object::read(text).is_none(), "{text}");
        }
    }
}
