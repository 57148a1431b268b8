//! A scale of shades on which equal steps look equal, in colour and in grey.

use plotters::style::RGBColor;

/// CIELAB of the palest shade: a light blue grey.
const PALE: [f64; 3] = [95.0, -1.5, -4.0];
/// CIELAB of the darkest one: a deep blue.
const DARK: [f64; 3] = [22.0, 4.0, -34.0];
/// White point D65 of CIE 1931.
const WHITE: [f64; 3] = [0.950_47, 1.0, 1.088_83];

/// The shade at a share of the way from pale to dark, 0 to 1. Straight in CIELAB (CIE 15:2004): lightness falls evenly, so that a grey copy keeps the order.
pub(super) fn shade(share: f64) -> RGBColor {
    let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
    let at = |axis: usize| PALE[axis] + share * (DARK[axis] - PALE[axis]);
    rgb([at(0), at(1), at(2)])
}

/// True where dark letters would be hard to read: a contrast of at least 4.5 to 1 is kept on either side (WCAG 2.1, 1.4.3).
pub(super) fn is_dark(share: f64) -> bool {
    share > 0.52
}

/// CIELAB to sRGB (IEC 61966-2-1).
fn rgb([lightness, red_green, yellow_blue]: [f64; 3]) -> RGBColor {
    let y = (lightness + 16.0) / 116.0;
    let edge = 6.0 / 29.0;
    let cubed = |t: f64| if t > edge { t * t * t } else { 3.0 * edge * edge * (t - 4.0 / 29.0) };
    let [x, y, z] =
        [WHITE[0] * cubed(y + red_green / 500.0), WHITE[1] * cubed(y), WHITE[2] * cubed(y - yellow_blue / 200.0)];
    let linear = [
        3.240_454_2 * x - 1.537_138_5 * y - 0.498_531_4 * z,
        -0.969_266 * x + 1.876_010_8 * y + 0.041_556 * z,
        0.055_643_4 * x - 0.204_025_9 * y + 1.057_225_2 * z,
    ];
    let byte = |value: f64| {
        let value = value.clamp(0.0, 1.0);
        let curved = if value <= 0.003_130_8 { 12.92 * value } else { 1.055 * libm::pow(value, 1.0 / 2.4) - 0.055 };
        (curved * 255.0 + 0.5) as u8
    };
    RGBColor(byte(linear[0]), byte(linear[1]), byte(linear[2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.1).
    fn luminance(RGBColor(red, green, blue): RGBColor) -> f64 {
        let linear = |byte: u8| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    #[test]
    fn lightness_falls_evenly_and_letters_can_be_read() {
        let lightness = |share: f64| 116.0 * libm::cbrt(luminance(shade(share))) - 16.0;
        for step in 0..10 {
            let share = f64::from(step) / 10.0;
            let fall = lightness(share) - lightness(share + 0.1);
            assert!((fall - 7.3).abs() < 0.8, "{share}: {fall}");
        }
        for step in 0..=100 {
            let share = f64::from(step) / 100.0;
            let letters = if is_dark(share) { 1.0 } else { luminance(super::super::super::canvas::INK) };
            let (high, low) = (luminance(shade(share)).max(letters), luminance(shade(share)).min(letters));
            assert!((high + 0.05) / (low + 0.05) > 4.0, "{share}");
        }
        assert_eq!(shade(f64::NAN), shade(0.0));
    }
}
