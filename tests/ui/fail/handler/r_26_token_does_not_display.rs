use fastjwt::AccessToken;

fn log(token: &AccessToken) {
    println!("{token}");
}

fn main() {}
