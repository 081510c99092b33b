//! The library of ONNX Runtime, for the tests of the classifier's transformer: the one that a person names, else the pinned
//! wheel from PyPI. The binary does not need it unless its settings ask for a transformer.

use crate::wheel::{Pinned, Wheel};
use crate::{Failure, Outcome};
use std::path::PathBuf;

/// Where a person says which library to use, and where the tests look for it.
pub const VARIABLE: &str = "EARSHOT_ONNXRUNTIME";

const PINNED: Pinned = Pinned {
    package: "onnxruntime",
    version: "1.23.2",
    name: "onnxruntime",
    megabytes: 17,
    python: Some("3.12"),
    file: if cfg!(target_os = "macos") { "libonnxruntime.dylib" } else { "libonnxruntime.so" },
    wheels: &[
        Wheel {
            os: "linux",
            arch: "x86_64",
            platform: "manylinux_2_28_x86_64",
            sha256: "0f9b4ae77f8e3c9bee50c27bc1beede83f786fe1d52e99ac85aa8d65a01e9b77",
            member: "libonnxruntime.so.1.23.2",
        },
        Wheel {
            os: "linux",
            arch: "aarch64",
            platform: "manylinux_2_28_aarch64",
            sha256: "76ff670550dc23e58ea9bc53b5149b99a44e63b34b524f7b8547469aaa0dcb8c",
            member: "libonnxruntime.so.1.23.2",
        },
        Wheel {
            os: "macos",
            arch: "x86_64",
            platform: "macosx_13_0_x86_64",
            sha256: "218295a8acae83905f6f1aed8cacb8e3eb3bd7513a13fe4ba3b2664a19fc4a6b",
            member: "libonnxruntime.1.23.2.dylib",
        },
        Wheel {
            os: "macos",
            arch: "aarch64",
            platform: "macosx_13_0_arm64",
            sha256: "b8f029a6b98d3cf5be564d52802bb50a8489ab73409fa9db0bf583eabb7c2321",
            member: "libonnxruntime.1.23.2.dylib",
        },
    ],
};

/// `cargo xtask onnxruntime`: prints the path of a library that will do.
pub fn run(args: &[String]) -> Outcome {
    let help = "Finds or fetches the library of ONNX Runtime and prints its path.\n\nUsage: cargo xtask onnxruntime";
    if crate::helped(args, help) {
        return Ok(());
    }
    println!("{}", library()?.display());
    Ok(())
}

/// The path of the library: `EARSHOT_ONNXRUNTIME`, fetched before, or fetched now.
///
/// # Errors
/// When the one named by hand is no file, or none can be had; the message names the ways to get one.
pub fn library() -> Outcome<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        let path = PathBuf::from(named);
        if path.is_file() {
            return Ok(path);
        }
        return Err(Failure::new(format!("{VARIABLE} names {}, which is no file", path.display())));
    }
    PINNED.fetched().map_err(|failure| {
        Failure::new(format!(
            "{}\ninstall Python 3 with pip (Debian: apt-get install python3-pip) and run this again, or name a \
             libonnxruntime of ONNX Runtime 1.17 or later by {VARIABLE}=/path/to/{}",
            failure.message, PINNED.file
        ))
    })
}
