//! TLS to PostgreSQL, with a certificate made by the test.

#![cfg(unix)]

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{replicas::Cluster, serve::Running, support::binary};

/// Makes an authority, and a key of it for `localhost`.
const CERTIFICATES: &str = r#"set -e
key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
for authority in ca other; do
  openssl req -x509 $key -days 2 -subj "/CN=$authority" -keyout $authority.key -out $authority.pem
done
openssl req $key -subj /CN=localhost -keyout server.key -out server.csr
echo "subjectAltName = DNS:localhost" > names
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem
"#;

/// What `doctor` says of the connection to a database.
fn doctor(url: &str) -> (bool, String) {
    let output = Command::new(binary())
        .args(["doctor", "--listen", "127.0.0.1:0", "--format", "json", "--database", url])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let is_encrypted = said.contains("\"encrypted\"");
    (is_encrypted, said)
}

/// A cluster that takes nothing but TLS, and the folder of its certificates; none where it cannot be made, which is
/// said.
fn cluster(test: &str) -> Option<(Cluster, tempfile::TempDir)> {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("bash").args(["-c", CERTIFICATES]).current_dir(folder.path()).output();
    let is_made = made.is_ok_and(|made| made.status.success());
    let Some(bin) = Cluster::programs().filter(|_| is_made) else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {test} (it needs PostgreSQL and OpenSSL: apt-get install postgresql-15 openssl)"
        );
        return None;
    };
    let cluster = Cluster::primary_with(&bin, |data: &Path, own: &dyn Fn(&Path)| {
        let copy = |name: &str| -> PathBuf {
            let to = data.join(name);
            std::fs::copy(folder.path().join(name), &to).unwrap();
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(&to, mode).unwrap();
            own(&to);
            to
        };
        copy("server.key");
        copy("server.pem");
        let mut settings =
            std::fs::OpenOptions::new().append(true).open(data.join("postgresql.conf")).unwrap();
        settings
            .write_all(b"ssl = on\nssl_cert_file = 'server.pem'\nssl_key_file = 'server.key'\n")
            .unwrap();
        std::fs::write(data.join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n").unwrap();
    });
    Some((cluster, folder))
}

#[tokio::test]
async fn a_server_on_postgres_is_encrypted_and_knows_whom_it_talks_to() {
    let test = "a_server_on_postgres_is_encrypted_and_knows_whom_it_talks_to";
    let Some((cluster, folder)) = cluster(test) else { return };
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (ca, other) = (file("ca.pem"), file("other.pem"));
    let by_address = cluster.url();
    let by_name = by_address.replace("127.0.0.1", "localhost");
    let server =
        Running::start(&format!("{by_name}?sslmode=verify-full&sslrootcert={ca}"), &["--empty"]);
    let data: Value = server.data("{ programs { totalCount } }").await;
    let known = include_str!("../api/facts/programs.csv").lines().count() - 1;
    assert_eq!(data["programs"]["totalCount"], known);
    drop(server);
    for (url, is_right) in [
        (format!("{by_address}?sslmode=require"), true),
        (format!("{by_name}?sslmode=verify-full&sslrootcert={ca}"), true),
        (format!("{by_address}?sslmode=verify-ca&sslrootcert={ca}"), true),
        // Another name than that of the certificate, another authority, one of the system, and none at all.
        (format!("{by_address}?sslmode=verify-full&sslrootcert={ca}"), false),
        (format!("{by_name}?sslmode=verify-full&sslrootcert={other}"), false),
        (format!("{by_name}?sslmode=verify-ca&sslrootcert={other}"), false),
        (format!("{by_name}?sslmode=verify-full"), false),
        (format!("{by_name}?sslmode=disable"), false),
    ] {
        let (is_encrypted, said) = doctor(&url);
        assert_eq!(is_encrypted, is_right, "{url}: {said}");
    }
}
