use fastjwt::TokenResponse;

fn log(answer: &TokenResponse) {
    println!("{}", answer.access_token);
}

fn main() {}
