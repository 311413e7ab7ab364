use fastjwt::SigningKey;

fn log(key: &SigningKey) {
    println!("{key}");
}

fn main() {}
