"""The forms in which a secret is known where it is met: the published list, which the tests of `redact` go by.

In each example `{}` stands for the secret. A form that is not here may be redacted too, but is not promised.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Form:
    """One form."""

    group: str
    """What it is an example of, for the docs."""
    example: str
    holds: Literal["word", "quoted", "looks"] = "word"
    """`word`: any without spaces, whatever its characters (but the quotes or the `<` that end it); `quoted`: any that
    its quotes hold, or its lines; `looks`: known by the form of the secret itself, of 16 capitals
    and digits in `{}`."""

    def holding(self, secret: str) -> str:
        """The form with this secret in it."""
        return self.example.replace("{}", secret)


_GROUPS: dict[str, tuple[str, ...]] = {
    "a name that announces a secret (pass, password, pwd, secret, token, credential, api key, access key, private "
    "key, auth, signature, connection string …), in any spelling, with `=`, `:`, `:=` or `=>`": (
        *("DB_PASS={}", "PGPASSWORD={} psql reports", "password: {}", "db.password = {}", "clientSecret={}"),
        *("Environment=API_TOKEN={} MODE=live", "username=x,password={},uid=1000", "secret_key='{}'"),
        *("aws_secret_access_key = {}", "AWS_SECRET_ACCESS_KEY={}", '{"password": "{}"}', "'api_key' => '{}'"),
        *("define('DB_PASSWORD', '{}');", "$db['password'] = '{}';"),
    ),
    "an element or a setting of that name": ("<password>{}</password>", '<add key="DbPassword" value="{}"/>'),
    "an option of that name": (
        *(
            "/usr/bin/app --password={} --host db",
            "/usr/bin/app --password {} --host db",
            "/usr/bin/app -secret {}",
        ),
        "app --client-secret={}",
    ),
    "connection strings": (
        "Server=x;Database=y;User Id=sa;Password={};Encrypt=yes",
        "host=db port=5432 user=app password={} dbname=reports",
        "jdbc:postgresql://db/reports?user=app&password={}",
        "jdbc:sqlserver://db:1433;databaseName=x;user=sa;password={};encrypt=true",
        "jdbc:oracle:thin:app/{}@db:1521/X",
        "DefaultEndpointsProtocol=https;AccountName=x;AccountKey={};EndpointSuffix=core.windows.net",
        "https://x.blob.core.windows.net/c?sv=2024&sig={}",
    ),
    "URLs with a user and a password": ("postgresql://reports_app:{}@db/reports", "amqp://guest:{}@mq:5672/"),
    "short options of tools that are known for it": (
        *("5 1 * * * root mysqldump -uroot -p{} shop", "mariadb-dump -u root -p{} shop", "redis-cli -a {} ping"),
        *("sshpass -p {} ssh host", "sshpass -p{} ssh host", "ldapsearch -D cn=admin -w {} -b dc=x"),
        *("curl -u admin:{} https://x", "curl --user admin:{} https://x", "sqlcmd -S db -U sa -P {}"),
        *("smbclient -U council/alice%{} //files/shared", "openssl rsa -passin pass:{}"),
        *("sqlplus app/{}@X", "7z a -p{} x.7z y", "snmpget -v3 -A {} -X {} host x", "snmpwalk -v2c -c {} host"),
        *("ldapsearch -xw {}", "mysqladmin -uroot password {}", "ipmitool -H x -P {} power status"),
        *(
            "docker login -u x -p {} host",
            "az login -u x -p {}",
            "openssl enc -k {} -in x",
            "check_mysql -p {} -H x",
        ),
        *("sqlldr userid=app/{}@X", "userid=app/{}@X", "exp app/{}@X file=x", "xfreerdp /u:x /p:{} /v:host"),
    ),
    "SQL": (
        *("CREATE USER x IDENTIFIED BY '{}'", "ALTER ROLE x PASSWORD '{}'", "GRANT x IDENTIFIED VIA y USING '{}'"),
        "SET PASSWORD FOR x = PASSWORD('{}')",
    ),
    "headers": (
        *("Authorization: Bearer {}", "X-Api-Key: {}", "curl -H X-Api-Key: {} x"),
        *('proxy_set_header Authorization "Basic {}";', "RequestHeader set Authorization {}"),
    ),
    "settings of services, whose value stands behind a space": (
        *("bindpw {}", "requirepass {}", "masterauth {}", "ldap_default_authtok = {}", "bind_password {}"),
        *("AuthLDAPBindPassword {}", "SetEnv DB_PASSWORD {}", "rootpw {}", "rocommunity {}"),
        *("fastcgi_param DB_PASSWORD {};", "machine x login y password {}"),
        *("$ActionMysqlPassword {}", "*.* :ommysql:db,logs,app,{}"),
    ),
}
_QUOTED: dict[str, tuple[str, ...]] = {
    "with spaces, between quotes": (
        *(
            'Environment="DB_PASSWORD={}"',
            "Environment='DB_PASSWORD={}' OTHER=x",
            'password="{}"',
            "password = '{}'",
        ),
        *("app --token '{}'", "mysqldump -p'{}' shop", '<Resource username="x" password="{}" url="jdbc:x"/>'),
    ),
    "with spaces, to the end of the line": ("Authorization: Basic {}",),
    "private keys, whole or cut off": (
        "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\n{}",
    ),
}
_LOOKS: dict[str, tuple[str, ...]] = {
    "keys by their looks (AWS, Azure, GitHub, GitLab, Slack, Google, Stripe, JSON web tokens)": (
        *("app AKIA{}", "app ghp_{}abcdefgh", "app github_pat_{}", "app glpat-{}", "app xoxb-{}", "app AIza{}x"),
        *(
            "app sk_live_{}",
            "app eyJhbGciOiJIUzI1NiJ9.{}.abcdefghijklm",
            f"app {'A' * 70}{{}}==",
            "app abc8Q~{}" + "x" * 18,
        ),
    ),
    "hashes of passwords": (
        *("app $6$saltsalt${}", "app $y$j9T$salt${}", "app $2y$10${}", "app {SSHA}{}"),
        "app SCRAM-SHA-256$4096:{}$x:y",
    ),
    "comments behind public keys, which name people": (
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE8o0SPDF7cWMmeokZxAmW926Unpb/lS3MzWHGVwX5Ui {}",
    ),
}

FORMS: tuple[Form, ...] = (
    *(Form(group, example) for group, examples in _GROUPS.items() for example in examples),
    *(Form(group, example, "quoted") for group, examples in _QUOTED.items() for example in examples),
    *(Form(group, example, "looks") for group, examples in _LOOKS.items() for example in examples),
)

_OF_WINDOWS = (
    *("app.exe /password {} /quiet", "app.exe /pwd:{}", "osql -S db -U sa -P {} -i x.sql"),
    *("net use Z: \\\\files\\shared {} /user:COUNCIL\\svc", "net use \\\\files\\shared /user:svc {}"),
    *("net user svc {} /add", "signtool sign /f x.pfx /p {} x.exe", "certutil -f -p {} -importpfx x.pfx"),
    *("dtexec /F x.dtsx /De {}", "ConvertTo-SecureString '{}' -AsPlainText -Force"),
    *(
        "ConvertTo-SecureString -AsPlainText -Force -String {}",
        "$p = '{}' | ConvertTo-SecureString -AsPlainText -Force",
    ),
    *("schtasks /create /ru svc /rp {} /tn x", "psexec \\\\db -u svc -p {} cmd", "plink -pw {} svc@host"),
)
WINDOWS_FORMS: tuple[Form, ...] = tuple(Form("options and tools of Windows", example) for example in _OF_WINDOWS)
"""Those that only Windows knows; the others are known there too."""

UNKNOWN: tuple[str, ...] = (
    "a secret that is a bare word (`/usr/bin/app hunter2`) or part of a path or a name",
    "one under a name that does not say so (`PIN=`)",
    "what only its place or a short option tells, of tools that are not listed (`rasdial x y SECRET`, `app -p SECRET`)",
    "what stands behind the first space of a secret in a process's arguments, since `ps` shows no quotes",
    "one that looks like what may stand there instead: the next option behind an option (`--password --abc`, "
    "`-secret -x`, `/password /abc`), `*` or an option behind `net use`, "
    "`|`, `&` or `;` alone, or text that begins `[redacted]`",
    "a token of fewer than 20 characters before the `@` of a URL, where user names stand too",
    "what stands in a secret behind the mark that encloses it, bare (`'it's'`, `<password>a<b</password>`)",
    "one that is encoded",
)
"""What no form holds, and redaction cannot know: said in the docs."""
