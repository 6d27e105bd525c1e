"""Secrets that are planted on a host of the practice estate, each one of its own, and the search for them afterwards."""

import gzip
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from estate.secret_forms import FORMS
from practice.estate import Estate
from tests.inventory.practice_hosts import as_root

_CANARY = re.compile(rb"ZQ[0-9]{3}[0-9]{3}XKWJVHNB|ZQ[0-9]{6}|XKWJVHNB", re.IGNORECASE)
"""Whole, or a part that a redaction in the middle would leave."""

NASTY = "".join(
    f"DATABASE_URL=postgresql://app:{password}@db.example/reports\n"
    for password in (
        "{}",
        "x@{}",
        "{}@x",
        "x/{}",
        "{}/x",
        "x#{}",
        "x?{}",
        "x:{}",
        "{}:5432",
        "{}@other.example:5432",
    )
)
"""Passwords with the characters that end a host, a port or a name in a connection string."""

CONFIGURATION: dict[str, str] = {
    "/etc/nginx/sites-enabled/canary": """server {
      listen 8099; server_name canary.practice.test;
      root /var/www/html;
      location / { proxy_set_header Authorization "Basic {}"; proxy_pass http://app:{}@127.0.0.1:8080; }
      location /php { fastcgi_param DB_PASSWORD {}; fastcgi_pass unix:/run/php.sock; }
    }""",
    "/etc/apache2/sites-enabled/canary.conf": """<VirtualHost *:8098>
      ServerName canary.practice.test
      SetEnv DB_PASSWORD {}
      AuthLDAPBindPassword "{}"
      RequestHeader set Authorization "Basic {}"
      ProxyPass /app http://app:{}@10.99.1.12:8080/ secret={}
    </VirtualHost>""",
    "/opt/tomcat/conf/server.xml": """<Server port="8005" shutdown="{}"><Service name="Catalina">
      <Connector port="8443" keystorePass="{}" keystorePassword='{}' /><Connector protocol="AJP/1.3" secret="{}" />
      </Service></Server>""",
    "/opt/tomcat/conf/context.xml": """<Context>
      <Resource name="jdbc/a" username="a" password="{}" url="jdbc:postgresql://10.99.1.12/reports?user=a&amp;password={}" />
      <Resource name="jdbc/b" url="jdbc:oracle:thin:app/{}@10.99.1.12:1521/X" />
      <Resource name="jdbc/c" url="jdbc:sqlserver://10.99.1.12:1433;user=sa;password={};encrypt=true" />
      <Environment name="apiKey" value="{}" /></Context>""",
    "/opt/tomcat/conf/tomcat-users.xml": '<tomcat-users><user username="admin" password="{}"/></tomcat-users>',
    "/etc/mysql/conf.d/canary.cnf": "[client]\nuser=root\npassword={}\n",
    "/etc/mysql/debian.cnf": "[client]\npassword = {}\n",
    "/home/ops/.my.cnf": "[client]\npassword={}\n",
    "/home/ops/.pgpass": "10.99.1.12:5432:reports:reports_app:{}\n",
    "/home/ops/.netrc": "machine x login y password {}\n",
    "/home/ops/.aws/credentials": "[default]\naws_secret_access_key = {}\n",
    "/home/ops/.ssh/id_ed25519": "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n",
    "/home/ops/.bash_history": "mysql -uroot -p{}\nexport TOKEN={}\n",
    "/var/www/html/wp-config.php": "<?php\ndefine('DB_PASSWORD', '{}');\ndefine('AUTH_KEY', '{}');\n",
    "/var/www/html/appsettings.json": '{"ConnectionStrings": {"Main": "Server=db.example;User Id=sa;Password={};"}}\n',
    "/etc/odbc.ini": "[reports]\nDriver=PostgreSQL\nServername=db.example\nPort=5432\nPassword={}\n",
    "/etc/sysconfig/canary": "DB_HOST=db.example\nDB_PASSWORD={}\n",
    "/etc/tomcat9/context.xml": '<Resource password="{}" url="jdbc:mysql://app:{}@db.example:3306/shop?password={}"/>\n',
    "/etc/canary.env": NASTY,
    "/var/www/html/web.config": '<add connectionString="Server=x;User Id=sa;Password={};" />\n',
    "/etc/samba/smb.conf": "[global]\n  workgroup = COUNCIL\n  ldap admin dn = cn=x\n[home]\n  path = /home\n"
    "  preexec = /usr/local/bin/mount-it --password {}\n  root postexec = curl -u admin:{} https://x\n",
    "/etc/samba/credentials": "username=svc\npassword={}\n",
    "/etc/redis/redis.conf": "port 6399\nrequirepass {}\nmasterauth {}\nuser app on >{} ~* +@all\ntls-key-file-pass {}\n"
    "rename-command CONFIG {}\n",
    "/etc/postfix/main.cf": "relayhost = [smtp.example]:587\nsmtp_sasl_password_maps = static:app:{}\n",
    "/etc/dovecot/dovecot.conf": "protocols = imap\nssl_key_password = {}\nauth_master_password={}\n",
    "/etc/mail/sendmail.mc": 'FEATURE(`authinfo\', `AuthInfo:smtp "U:app" "P:{}"\')\n',
    "/etc/aliases": 'support: "|/usr/local/bin/ticket --token {}"\n',
    "/etc/ldap.conf": "bindpw {}\nrootbindpw {}\n",
    "/etc/nslcd.conf": "bindpw {}\n",
    "/etc/sssd/sssd.conf": "ldap_default_authtok = {}\n",
    "/etc/snmp/snmpd.conf": "rocommunity {}\ncreateUser app SHA {} AES {}\n",
    "/etc/environment.d/canary.conf": "API_TOKEN={}\n",
    "/etc/default/canary": "OPTIONS='--password {}'\n",
    "/etc/rsyslog.d/canary.conf": 'action(type="omhttp" server="x" uid="app" pwd="{}")\n'
    '$ActionMysqlPassword {}\n*.* :ommysql:db,logs,app,{}\n*.* action(type="ommysql" target="logs" password="{}")\n',
    "/etc/systemd/journal-upload.conf": "[Upload]\nURL=https://app:{}@logs.example:19532\n",
    "/etc/chrony/chrony.conf": "server 10.99.0.53 iburst key 1\n",
    "/etc/chrony/chrony.keys": "1 SHA1 {}\n",
    "/etc/oratab": "ORCL:/u01/app:N # password={}\n",
    "/etc/audit/rules.d/canary.rules": "-w /etc/shadow -p wa -k password={}\n",
    "/var/lib/containers/storage/overlay-containers/containers.json": '[{"id": "ab12", "names": ["app"], "image": "img", '
    '"metadata": "{\\"env\\": [\\"DB_PASSWORD={}\\"]}", "created": "2026-01-01"}]',
    "/etc/docker/daemon.json": '{"http-proxy": "http://app:{}@proxy:3128"}',
    "/root/.docker/config.json": '{"auths": {"x": {"auth": "{}"}}}',
    "/etc/cron.daily/canary": "#!/bin/sh\nmysqldump -p{} shop\n",
    "/var/spool/cron/atjobs/a0000101c0a3b1": "#!/bin/sh\n# atrun uid=0\nTOKEN={}; curl -u x:{} https://x\n",
    "/etc/systemd/system/canary.service.d/override.conf": "[Service]\nEnvironment=DB_PASSWORD={}\n",
    "/etc/systemd/timesyncd.conf": "[Time]\nNTP=10.99.0.53\n",
    "/etc/security/faillock.conf": "deny = 5\n",
    "/etc/motd": "root password: {}\n",
}
"""Files with a secret where people put one, by path; each `{}` gets one of its own. Not all are read by a fact."""

FSTAB = "//10.99.1.13/shared /mnt/canary cifs noauto,username=svc,password={} 0 0\n"
KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIE8o0SPDF7cWMmeokZxAmW926Unpb/lS3MzWHGVwX5Ui"
AUTHORISED = (
    f'command="/usr/local/bin/backup --password {{}}",environment="DB_PASSWORD={{}}" ssh-ed25519 {KEY} {{}}@home\n'
)
PROGRAMS = ("/usr/sbin/postfix", "/usr/sbin/dovecot")
"""Empty ones: by these a mail server is known."""
BEFORE = ".canary-before"


@dataclass
class Planted:
    """What is there to be found, by number."""

    what: dict[int, str] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    """What was not there before."""

    def new(self, what: str) -> str:
        """One more secret: 16 capitals and digits, known again by its number."""
        self.what[len(self.what)] = what
        return f"ZQ{len(self.what) - 1:06d}XKWJVHNB"

    def filled(self, text: str, what: str) -> str:
        """`text` with a secret of its own in each of its places."""
        return re.sub(
            r"\{\}", lambda place: self.new(f"{what}: {text[max(0, place.start() - 40) : place.end()]}"), text
        )

    def forms(self, where: str) -> Iterator[str]:
        """Every published form on one line, with a secret of its own."""
        for form in FORMS:
            yield form.holding(self.new(f"{where}: {form.example}")).replace("\n", "\\n")

    def seen_in(self, data: bytes) -> set[str]:
        """Which of them are in these bytes, whole or in part."""
        out = set()
        for hit in _CANARY.findall(data):
            digits = re.search(rb"[0-9]{6}", hit)
            out.add(self.what.get(int(digits[0]), "unknown") if digits else "the end of one")
        return out

    def seen_below(self, folder: Path) -> dict[str, set[str]]:
        """The same of every file below a folder, by path; what is packed (workbooks, archives) is unpacked."""
        found: dict[str, set[str]] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                for name, data in _unpacked(path):
                    if seen := self.seen_in(data):
                        found[name] = seen
        return found


def _unpacked(path: Path) -> Iterator[tuple[str, bytes]]:
    data = path.read_bytes()
    yield str(path), data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                yield f"{path}:{name}", packed.read(name)
    elif data.startswith(b"\x1f\x8b"):
        yield f"{path}:", gzip.decompress(data)


def plant(estate: Estate, host: str, made: Planted) -> None:
    """Put every form where people put secrets; `remove` puts things back as they were."""
    files = {path: made.filled(text, path) for path, text in CONFIGURATION.items()}
    files["/etc/cron.d/canary"] = "".join(f"17 3 1 1 * root {line}\n" for line in made.forms("cron.d"))
    files["/var/spool/cron/crontabs/ops"] = "".join(f"17 3 1 1 * {line}\n" for line in made.forms("crontab"))
    for number, line in enumerate(made.forms("unit")):
        hidden = made.filled("Environment=DB_PASSWORD={}\nEnvironmentFile=-/etc/canary.env\n", "Environment")
        more = made.filled(" \\\n  --password {}", "continued")
        files[f"/etc/systemd/system/canary{number}.service"] = (
            f"[Unit]\nDescription=Canary\n[Service]\nType=oneshot\n{hidden}ExecStart=/bin/true {line}{more}\n"
        )
    for path in ("/etc/default/canary-forms", "/var/www/html/.env"):
        files[path] = "".join(f"{line}\n" for line in made.forms(path))
    files["/etc/systemd/system/canary0.timer"] = "[Timer]\nOnCalendar=2040-01-01\n"
    files["/etc/sudoers.d/canary"] = "".join(
        f"nobody ALL=(root) NOPASSWD: /usr/bin/app {_escaped(line)}\n" for line in made.forms("sudo rule")
    )
    appended = {
        "/etc/fstab": made.filled(FSTAB, "fstab"),
        "/home/ops/.ssh/authorized_keys": made.filled(AUTHORISED, "authorised keys"),
    }
    folders = sorted({str(folder) for path in files for folder in Path(path).parents})
    script = [f"[ -d {quote(folder)} ] || echo {quote(folder)}" for folder in folders]
    made.folders = as_root(estate, host, "\n".join(script)).decode().split("\n")[:-1]
    script = [f"mkdir -p {quote(folder)}" for folder in made.folders]
    for path in (*files, *appended):
        script.append(f"if [ -e {quote(path)} ]; then cp -p {quote(path)} {quote(path + BEFORE)}; fi")
    script += [f"printf %s {quote(text)} >{quote(path)}" for path, text in files.items()]
    script += [f"printf %s {quote(text)} >>{quote(path)}" for path, text in appended.items()]
    wants = "/etc/systemd/system/multi-user.target.wants"
    script += [f"ln -s ../canary{number}.service {wants}/" for number in range(len(FORMS))]
    script += [
        "chmod 0440 /etc/sudoers.d/canary; visudo -cf /etc/sudoers.d/canary",
        "chmod 0600 /var/spool/cron/crontabs/ops; chown ops /var/spool/cron/crontabs/ops",
        "chmod 0755 /etc/cron.daily/canary",
        *(f"touch {program}; chmod 0755 {program}" for program in PROGRAMS),
        "systemctl daemon-reload",
    ]
    as_root(estate, host, "\n".join(script))
    processes = "".join(
        f"TOKEN={made.new('environment')} sh -c 'sleep 900; :' app {' '.join(map(quote, line.split(' ')))} &\n"
        for line in made.forms("arguments")
    )
    run = "/run/canary.sh"
    start = f"printf %s {quote(processes + 'wait')} >{run}; systemd-run --quiet --unit=canary-run sh {run}"
    as_root(estate, host, f"{start}\nsleep 1\nrm {run}")


def _escaped(line: str) -> str:
    """An argument in a sudo rule: commas, colons, equals signs and backslashes take a backslash."""
    return re.sub(r"([,:=\\#!])", r"\\\1", line)


def remove(estate: Estate, host: str, planted: Planted) -> None:
    """Everything that `plant` did is undone."""
    paths = [
        "/etc/default/canary-forms",
        "/var/www/html/.env",
        *CONFIGURATION,
        "/etc/cron.d/canary",
        "/etc/sudoers.d/canary",
        "/var/spool/cron/crontabs/ops",
        *PROGRAMS,
    ]
    script = [
        "systemctl stop canary-run || :",
        "rm -rf /etc/systemd/system/multi-user.target.wants/canary*.service /etc/systemd/system/canary*.*",
        f"rm -f {' '.join(map(quote, paths))} || :",
        f"find / -xdev -name '*{BEFORE}' | while read -r f; do",
        f'  mv -f "$f" "${{f%{BEFORE}}}"',
        "done",
        *(f"rm -rf {quote(folder)}" for folder in planted.folders),
        "systemctl daemon-reload",
    ]
    as_root(estate, host, "\n".join(script))
