//! Fails in the way its first argument says.
mod prices;

fn main() {
    let dsn = std::env::var("SENTRY_DSN").unwrap();
    let mut options = sentry::ClientOptions::default();
    options.release = Some("shop@1.4.2".into());
    options.attach_stacktrace = true;
    let _guard = sentry::init((dsn, options));
    match std::env::args().nth(1).as_deref() {
        Some("error") => {
            if let Err(error) = prices::line_total("A-1002", 3) {
                sentry::capture_error(&error);
            }
        }
        Some("panic") => {
            let _ = std::panic::catch_unwind(|| prices::line_total("A-9999", 1));
        }
        _ => {
            sentry::capture_message("the price list is old", sentry::Level::Warning);
        }
    }
}
