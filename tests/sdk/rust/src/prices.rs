use std::collections::HashMap;
use std::fmt;

#[derive(Debug)]
pub struct PriceError {
    article: String,
    cause: std::num::ParseIntError,
}

impl fmt::Display for PriceError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "article {} has no usable price", self.article)
    }
}

impl std::error::Error for PriceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

fn parse_amount(text: &str) -> Result<i64, std::num::ParseIntError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "00"));
    Ok(whole.parse::<i64>()? * 100 + fraction.parse::<i64>()?)
}

pub fn line_total(article: &str, count: i64) -> Result<i64, PriceError> {
    let prices = HashMap::from([("A-1001", "24.90"), ("A-1002", "26,50")]);
    let text = prices[article];
    let cents = parse_amount(text)
        .map_err(|cause| PriceError { article: article.to_string(), cause })?;
    Ok(cents * count)
}
