package container

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A program is what is known of a program that a container is made to run: what
// it needs, and which of its words are what it writes to.
type program struct {
	caps   string // capabilities of root that it uses, with blanks between
	root   bool   // only root can do it
	setuid bool   // it gains privileges when another user than root starts it
	system bool   // it changes files all over the root filesystem
	writes wordsOf
	keeps  []kept
}

// A kept is a directory that a program writes to unless an option names another one.
type kept struct {
	at, option string
	temporary  bool // what is there may be lost
}

// A wordsOf says which words of a command are paths that it writes to.
type wordsOf int

const (
	none     wordsOf = iota
	allArgs          // each plain argument: mkdir, touch
	lastArg          // the last one: cp, mv
	firstArg         // the first one: htpasswd
	// The file of an option is given in optionFiles.
)

// programs are known by name. What no table and no option says of a program is
// not known: it may write and need anything.
var programs = map[string]program{
	// Owners and accounts.
	"chown": {caps: "CHOWN DAC_OVERRIDE FOWNER", root: true, writes: allArgs}, "chgrp": {caps: "CHOWN DAC_OVERRIDE FOWNER", root: true, writes: allArgs},
	"chmod": {caps: "DAC_OVERRIDE FOWNER", writes: allArgs}, "setfacl": {caps: "DAC_OVERRIDE FOWNER", writes: lastArg},
	"useradd": {caps: accountCaps, root: true, system: true}, "adduser": {caps: accountCaps, root: true, system: true},
	"usermod": {caps: accountCaps, root: true, system: true}, "groupadd": {caps: accountCaps, root: true, system: true},
	"addgroup": {caps: accountCaps, root: true, system: true}, "groupmod": {caps: accountCaps, root: true, system: true},
	"userdel": {caps: accountCaps, root: true, system: true}, "deluser": {caps: accountCaps, root: true, system: true},
	"passwd": {caps: accountCaps, root: true, system: true}, "chpasswd": {caps: accountCaps, root: true, system: true},
	"setcap": {caps: "SETFCAP", root: true, system: true}, "update-ca-certificates": {root: true, system: true},
	"update-ca-trust": {root: true, system: true}, "ldconfig": {root: true, system: true}, "update-alternatives": {root: true, system: true},
	"locale-gen": {root: true, system: true}, "dpkg": {caps: accountCaps, root: true, system: true}, "rpm": {caps: accountCaps, root: true, system: true},

	// What turns parts of an image on.
	"a2enmod": {root: true, system: true}, "a2dismod": {root: true, system: true}, "a2ensite": {root: true, system: true}, "a2dissite": {root: true, system: true},
	"a2enconf": {root: true, system: true}, "a2disconf": {root: true, system: true}, "docker-php-ext-install": {root: true, system: true},
	"docker-php-ext-enable": {root: true, system: true}, "docker-php-ext-configure": {root: true, system: true}, "pecl": {root: true, system: true},
	"phpenmod": {root: true, system: true}, "phpdismod": {root: true, system: true}, "mosquitto_passwd": {writes: firstArg}, "htpasswd": {writes: firstArg},

	// Becoming another user.
	"gosu": {caps: "SETGID SETUID", root: true}, "su-exec": {caps: "SETGID SETUID", root: true}, "setpriv": {caps: "SETGID SETUID", root: true},
	"runuser": {caps: "SETGID SETUID", root: true}, "setuidgid": {caps: "SETGID SETUID", root: true}, "s6-setuidgid": {caps: "SETGID SETUID", root: true},
	"chpst": {caps: "SETGID SETUID", root: true}, "start-stop-daemon": {caps: "SETGID SETUID", root: true},
	"su": {caps: "SETGID SETUID", setuid: true}, "sudo": {caps: "SETGID SETUID AUDIT_WRITE", setuid: true}, "doas": {caps: "SETGID SETUID", setuid: true},
	"newuidmap": {caps: "SETUID", setuid: true}, "newgidmap": {caps: "SETGID", setuid: true}, "newgrp": {caps: "SETGID", setuid: true},
	"pkexec": {setuid: true}, "fusermount": {caps: "SYS_ADMIN", setuid: true}, "fusermount3": {caps: "SYS_ADMIN", setuid: true},
	"ping": {caps: "NET_RAW", setuid: true}, "ping6": {caps: "NET_RAW", setuid: true}, "traceroute": {caps: "NET_RAW", setuid: true},
	"arping": {caps: "NET_RAW", setuid: true}, "fping": {caps: "NET_RAW", setuid: true}, "mtr": {caps: "NET_RAW", setuid: true},
	"crontab": {setuid: true}, "fixuid": {caps: "CHOWN DAC_OVERRIDE FOWNER SETGID SETUID", setuid: true, system: true},

	// The machine.
	"mount": {caps: "SYS_ADMIN", root: true}, "umount": {caps: "SYS_ADMIN", root: true}, "losetup": {caps: "SYS_ADMIN", root: true},
	"swapoff": {caps: "SYS_ADMIN", root: true}, "swapon": {caps: "SYS_ADMIN", root: true}, "unshare": {caps: "SYS_ADMIN", root: true},
	"nsenter": {caps: "SYS_ADMIN SYS_PTRACE", root: true}, "chroot": {caps: "SYS_CHROOT", root: true}, "pivot_root": {caps: "SYS_ADMIN", root: true},
	"mknod": {caps: "MKNOD", root: true, writes: allArgs}, "mkfs": {root: true}, "mkfs.ext4": {root: true}, "mkfs.xfs": {root: true}, "mkswap": {root: true},
	"modprobe": {caps: "SYS_MODULE", root: true}, "insmod": {caps: "SYS_MODULE", root: true}, "rmmod": {caps: "SYS_MODULE", root: true},
	"sysctl": {caps: "SYS_ADMIN NET_ADMIN", root: true}, "iptables": packetFilter, "ip6tables": packetFilter, "iptables-restore": packetFilter, "ip6tables-restore": packetFilter,
	"iptables-legacy": packetFilter, "ip6tables-legacy": packetFilter, "iptables-legacy-restore": packetFilter, "iptables-nft": {caps: "NET_ADMIN NET_RAW", root: true},
	"ebtables": {caps: "NET_ADMIN", root: true}, "conntrack": {caps: "NET_ADMIN", root: true}, "ipvsadm": {caps: "NET_ADMIN", root: true}, "ethtool": {caps: "NET_ADMIN", root: true},
	"bridge": {caps: "NET_ADMIN", root: true}, "wg": {caps: "NET_ADMIN", root: true}, "openvpn": {caps: "NET_ADMIN", root: true}, "keepalived": {caps: "NET_ADMIN NET_RAW", root: true, keeps: []kept{{"/run", "--pid", true}}},
	"dhclient": {caps: "NET_ADMIN NET_RAW", root: true}, "udhcpc": {caps: "NET_ADMIN NET_RAW", root: true}, "dhcpcd": {caps: "NET_ADMIN NET_RAW", root: true},
	"dumpcap": {caps: "NET_ADMIN NET_RAW", root: true}, "tshark": {caps: "NET_ADMIN NET_RAW", root: true}, "ngrep": {caps: "NET_ADMIN NET_RAW", root: true},
	"nmap": {caps: "NET_RAW"}, "hping3": {caps: "NET_RAW", root: true}, "arp-scan": {caps: "NET_RAW", root: true}, "masscan": {caps: "NET_RAW", root: true}, "tcptraceroute": {caps: "NET_RAW", root: true},
	"fsfreeze": {caps: "SYS_ADMIN", root: true}, "fstrim": {caps: "SYS_ADMIN", root: true}, "cryptsetup": {caps: "SYS_ADMIN", root: true}, "mdadm": {caps: "SYS_ADMIN", root: true},
	"bpftrace": {caps: "SYS_ADMIN", root: true}, "bpftool": {caps: "SYS_ADMIN", root: true}, "chattr": {caps: "LINUX_IMMUTABLE", root: true},
	"nft": {caps: "NET_ADMIN", root: true}, "ipset": {caps: "NET_ADMIN", root: true}, "ip": {caps: "NET_ADMIN", root: true}, "ifconfig": {caps: "NET_ADMIN", root: true},
	"route": {caps: "NET_ADMIN", root: true}, "tc": {caps: "NET_ADMIN", root: true}, "brctl": {caps: "NET_ADMIN", root: true}, "wg-quick": {caps: "NET_ADMIN", root: true},
	"tcpdump": {caps: "NET_ADMIN NET_RAW", root: true}, "hwclock": {caps: "SYS_TIME", root: true}, "renice": {caps: "SYS_NICE"}, "chrt": {caps: "SYS_NICE"},
	"prlimit": {caps: "SYS_RESOURCE"},

	// Services that start others as other users.
	"cron": {caps: "SETGID SETUID", root: true, system: true}, "crond": {caps: "SETGID SETUID", root: true}, "sshd": {caps: "AUDIT_WRITE CHOWN SETGID SETUID SYS_CHROOT", root: true, system: true},
	"service": {caps: accountCaps, root: true, system: true}, "systemctl": {caps: accountCaps, root: true, system: true}, "rc-service": {caps: accountCaps, root: true, system: true}, "supervisord": {caps: "KILL SETGID SETUID"},
	"init": {caps: accountCaps, root: true, system: true}, "openrc": {caps: accountCaps, root: true, system: true},
	"runsvdir": {caps: accountCaps, system: true}, "runsv": {caps: accountCaps, system: true}, "svscan": {caps: accountCaps, system: true}, // state beside each service
	"s6-svscan": {caps: accountCaps, system: true}, "my_init": {caps: accountCaps, system: true},

	// What writes files that it is told.
	"mkdir": {writes: allArgs}, "touch": {writes: allArgs}, "tee": {writes: allArgs}, "rm": {writes: allArgs}, "rmdir": {writes: allArgs},
	"truncate": {writes: allArgs}, "mkfifo": {writes: allArgs}, "unlink": {writes: allArgs}, "cp": {writes: lastArg}, "mv": {writes: lastArg},
	"ln": {writes: lastArg}, "install": {}, "rsync": {writes: lastArg}, "patch": {writes: allArgs},
	"redis-sentinel": {writes: firstArg}, "valkey-sentinel": {writes: firstArg},
	"certbot": {keeps: []kept{{"/etc/letsencrypt", "--config-dir", false}, {"/var/lib/letsencrypt", "--work-dir", true}, {"/var/log/letsencrypt", "--logs-dir", true}}},

	// Servers that keep a file with their number, a socket or their log where their image has
	// a directory for it.
	"dnsmasq": {keeps: []kept{{"/run", "--pid-file", true}}},
	"named":   {keeps: []kept{{"/run/named", "", true}, {"/var/cache/bind", "", true}}}, "squid": {keeps: []kept{{"/run", "", true}, {"/var/log/squid", "", true}, {"/var/spool/squid", "", true}}},
	"pure-ftpd": {keeps: []kept{{"/run", "--pidfile", true}}}, "proftpd": {keeps: []kept{{"/run/proftpd", "", true}}}, "varnishd": {keeps: []kept{{"/var/lib/varnish", "-n", true}}},

	// What writes nothing.
	"true": {}, "false": {}, ":": {}, "[": {}, "test": {}, "echo": {}, "printf": {},
	"cat": {}, "grep": {}, "egrep": {}, "awk": {}, "cut": {}, "head": {}, "tail": {},
	"wc": {}, "sort": {}, "ls": {}, "find": {}, "stat": {}, "sleep": {}, "date": {},
	"exit": {}, "return": {}, "set": {}, "trap": {}, "export": {}, "local": {}, "cd": {},
	"kill": {}, "pgrep": {}, "pidof": {}, "ps": {}, "id": {}, "hostname": {}, "uname": {},
	"nc": {}, "netcat": {}, "curl": {}, "wget": {}, "http": {}, "grpc_health_probe": {}, "jq": {},
	"redis-cli": {}, "valkey-cli": {}, "pg_isready": {}, "mysqladmin": {}, "mariadb-admin": {},
	"healthcheck.sh": {}, "shift": {}, "wait": {}, "read": {}, "break": {},
	"continue": {}, "unset": {}, "exec": {}, "ss": {}, "netstat": {}, "env": {}, "printenv": {},
}

// packetFilter is what is known of iptables: one process at a time changes the tables, and
// holds a lock in /run.
var packetFilter = program{caps: "NET_ADMIN NET_RAW", root: true, keeps: []kept{{"/run/xtables.lock", "", false}}}

// serverCaps are what servers need that start as root and serve as other users; they
// need none of it as another user.
var serverCaps = map[string]string{
	"nginx": "CHOWN SETGID SETUID", "nginx-debug": "CHOWN SETGID SETUID", "openresty": "CHOWN SETGID SETUID", "squid": "CHOWN SETGID SETUID", "php-fpm": "CHOWN SETGID SETUID",
	"apache2": "SETGID SETUID", "apache2ctl": "SETGID SETUID", "apachectl": "SETGID SETUID", "apache2-foreground": "SETGID SETUID", "httpd": "SETGID SETUID",
	"httpd-foreground": "SETGID SETUID", "haproxy": "SETGID SETUID", "unitd": "CHOWN SETGID SETUID", "vsftpd": "SETGID SETUID SYS_CHROOT", "dropbear": "CHOWN SETGID SETUID",
	"mysqld": "CHOWN DAC_OVERRIDE SETGID SETUID", "mysqld_safe": "CHOWN DAC_OVERRIDE SETGID SETUID", "mariadbd": "CHOWN DAC_OVERRIDE SETGID SETUID", "mariadbd-safe": "CHOWN DAC_OVERRIDE SETGID SETUID",
	"dnsmasq": "SETGID SETUID", "named": "SETGID SETUID SYS_CHROOT", "postfix": accountCaps, "dovecot": accountCaps + " SYS_CHROOT", "exim": accountCaps, "smbd": accountCaps,
	"circusd": "KILL SETGID SETUID", "monit": "KILL SETGID SETUID",
	"unbound": "SETGID SETUID SYS_CHROOT", "clamd": "SETGID SETUID", "freshclam": "SETGID SETUID", "rspamd": "SETGID SETUID", "slapd": "SETGID SETUID", "opendkim": "SETGID SETUID",
	"proftpd": "SETGID SETUID SYS_CHROOT", "pure-ftpd": "SETGID SETUID SYS_CHROOT", "xinetd": "SETGID SETUID", "chronyd": "CHOWN SETGID SETUID", "snmpd": "SETGID SETUID",
	"pdns_server": "SETGID SETUID SYS_CHROOT", "varnishd": "CHOWN SETGID SETUID", "mosquitto": "SETGID SETUID", "freeradius": "CHOWN SETGID SETUID", "radiusd": "CHOWN SETGID SETUID",
}

// accountCaps are the capabilities with which root gives files to another account
// and becomes it.
const accountCaps = "CHOWN DAC_OVERRIDE FOWNER SETGID SETUID"

// becomesByOption reports whether the options of a program name a user and a group to
// become, neither of them root's.
func becomesByOption(c build.Command) bool {
	user, group := false, false
	args := c.Args()
	for k, w := range args {
		name, value, valued := strings.Cut(w.Value, "=")
		if !valued && k+1 < len(args) {
			value = args[k+1].Value
		}
		if value == "" || value == "root" || value == "0" || strings.HasPrefix(value, "-") {
			continue
		}
		user, group = user || userOptions[name], group || groupOptions[name]
	}
	return user && group
}

var userOptions, groupOptions = text.WordSet("-u --user --uid --setuid"), text.WordSet("-g --group --gid --setgid")

// optionFiles are options of programs whose value is a file or directory that is
// written to.
var optionFiles = map[string]map[string]bool{
	"curl": text.WordSet("-o --output --output-dir -c --cookie-jar -D --dump-header"), "wget": text.WordSet("-O --output-document -P --directory-prefix -o --output-file"),
	"tar": text.WordSet("-C --directory"), "unzip": text.WordSet("-d"), "openssl": text.WordSet("-out -keyout"), "keytool": text.WordSet("-keystore -file -destkeystore"),
	"cp": text.WordSet("-t --target-directory"), "mv": text.WordSet("-t --target-directory"), "sort": text.WordSet("-o --output"), "pg_dump": text.WordSet("-f --file"),
	"pg_dumpall": text.WordSet("-f --file"), "mysqldump": text.WordSet("-r --result-file"), "mongodump": text.WordSet("-o --out --archive"), "zip": {}, "gpg": text.WordSet("-o --output --homedir"),
	"celery": text.WordSet("-s --schedule --schedule-filename -f --logfile --pidfile"), "patch": text.WordSet("-d --directory -o --output"), "git": text.WordSet("-C --git-dir"), "certbot": text.WordSet("--config-dir --work-dir --logs-dir"), "envsubst": {}, "dd": {},
}

// flagLetters are the options of one letter of these programs that take no value:
// they may stand in front of another one in the same word, as in -fsSLo FILE.
var flagLetters = map[string]string{
	"curl": "#01346GIJLNOSafgijklnpqsv", "wget": "46EFHKLNScdklmnpqrvx", "tar": "JOPSUZacdhijklmoprtuvwxz",
	"unzip": "CLaflnoqtvz", "sort": "CMRVbcdfghimnrsuz", "cp": "HLPRabdfilnprsuvx", "mv": "bfinuv",
}

// fileOption returns the value of the option at a place of the arguments if the
// program writes to the file or directory that it names. next says that the value
// is the argument after it.
func fileOption(program string, args []dockerfile.Word, k int) (option, value string, next, ok bool) {
	word, options := args[k].Value, optionFiles[program]
	name, value, valued := strings.Cut(word, "=")
	if !options[name] {
		flags, at := flagLetters[program], 1
		for at < len(word) && strings.IndexByte(flags, word[at]) >= 0 {
			at++
		}
		if flags == "" || at >= len(word) || word[0] != '-' || !options["-"+word[at:at+1]] {
			return "", "", false, false
		}
		name, value, valued = "-"+word[at:at+1], word[at+1:], at+1 < len(word)
	}
	switch {
	case valued:
		return name, value, false, true
	case k+1 < len(args):
		return name, args[k+1].Value, true, true
	}
	return "", "", false, false
}

// remoteName reports whether curl is told to name the file itself, which it then
// makes in its directory.
func remoteName(args []dockerfile.Word) bool {
	return slices.ContainsFunc(args, func(w dockerfile.Word) bool {
		flags := strings.TrimPrefix(w.Value, "-")
		if flags == w.Value || strings.HasPrefix(flags, "-") {
			return w.Value == "--remote-name" || w.Value == "--remote-name-all"
		}
		before, _, named := strings.Cut(flags, "O")
		return named && strings.Trim(before, flagLetters["curl"]) == ""
	})
}

// fetchedTo are the options of curl and wget that say where what they fetch goes,
// and not what they keep besides: a log, cookies.
var fetchedTo = text.WordSet("--output-dir -O --output-document -P --directory-prefix")

// wrote are the paths that a command writes to, as they are written. here says
// that it also writes to its working directory.
func wrote(c build.Command) (paths []string, here bool) {
	args := c.Args()
	plain := func() (out []string) {
		for k := 0; k < len(args); k++ {
			if _, _, next, ok := fileOption(c.Program, args, k); ok && next {
				k++
			} else if !strings.HasPrefix(args[k].Value, "-") {
				out = append(out, args[k].Value)
			}
		}
		return out
	}
	switch programs[c.Program].writes {
	case allArgs:
		paths = plain()
		switch c.Program {
		case "chown", "chgrp", "chmod": // the first one is an owner or a mode
			paths = paths[min(1, len(paths)):]
		case "patch": // the second one is what is read
			paths = paths[:min(1, len(paths))]
		}
	case firstArg:
		paths = plain()
		paths = paths[:min(1, len(paths))]
	case lastArg:
		if list := plain(); len(list) > 1 {
			paths = list[len(list)-1:]
		}
	}
	placed := false // an option says where what is fetched goes
	for k := 0; k < len(args); k++ {
		option, value, next, ok := fileOption(c.Program, args, k)
		if ok {
			paths = append(paths, value)
			placed = placed || fetchedTo[option]
		}
		if of, ok := strings.CutPrefix(args[k].Value, "of="); ok && c.Program == "dd" {
			paths = append(paths, of)
		}
		if next {
			k++
		}
	}
	switch c.Program {
	case "install":
		paths = append(paths, installed(c)...)
	case "sed", "perl":
		paths = append(paths, editedInPlace(args)...)
	case "curl":
		here = !placed && remoteName(args)
	case "wget":
		here = !placed && !c.Has("--spider")
	case "patch":
		here = len(paths) == 0
	case "tar", "unzip":
		here = len(paths) == 0 && !slices.ContainsFunc(args, func(w dockerfile.Word) bool {
			return strings.HasPrefix(w.Value, "-t") || w.Value == "--list" || w.Value == "-l"
		})
	case "git":
		here = len(args) > 0 && slices.Contains([]string{"clone", "pull", "fetch", "checkout", "init"}, args[0].Value)
		if len(args) > 2 && args[0].Value == "clone" {
			if list := plain(); len(list) > 2 {
				paths, here = append(paths, list[len(list)-1]), false
			}
		}
	}
	for _, r := range c.Redirects {
		if r.Writes() {
			paths = append(paths, r.File.Value)
		}
	}
	return paths, here
}

// keeps are the directories that a command writes to without being told.
func keeps(c build.Command) []kept {
	return slices.DeleteFunc(slices.Clone(programs[c.Program].keeps), func(k kept) bool {
		return k.option != "" && has(c, k.option)
	})
}

// editedInPlace are the files that sed or perl edits where they are: its words after the
// script, which is the first one where no option has it.
func editedInPlace(args []dockerfile.Word) []string {
	inPlace, given := false, false
	var out []string
	for k := 0; k < len(args); k++ {
		w := args[k].Value
		switch short := strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--"); {
		case strings.HasPrefix(w, "--in-place"):
			inPlace = true
		case strings.HasPrefix(w, "--expression="), strings.HasPrefix(w, "--file="):
			given = true
		case w == "--expression", w == "--file", short && strings.HasSuffix(w, "e") && len(w) < 6, w == "-f":
			given = true
			inPlace = inPlace || short && strings.Contains(w, "i")
			k++
		case short:
			inPlace = inPlace || strings.Contains(strings.SplitN(w, "e", 2)[0], "i")
		default:
			out = append(out, w)
		}
	}
	switch {
	case !inPlace:
		return nil
	case !given && len(out) > 1:
		return out[1:]
	}
	return out
}

// wrappedBy are the programs in front of a command that run it as another user:
// gosu in gosu app run.
func wrappedBy(c build.Command) []string {
	var out []string
	for _, w := range c.Words[:min(c.ProgramWord, len(c.Words))] {
		if p, ok := programs[path.Base(w.Value)]; ok && (p.root || p.setuid) {
			out = append(out, path.Base(w.Value))
		}
	}
	return out
}

// Written returns the paths that a command writes to, as it writes them, and whether it
// also writes to the directory in which it runs. known is false for a program of which
// nothing is known.
func Written(c build.Command) (paths []string, here, known bool) {
	_, known = programs[c.Program]
	_, placed := optionFiles[c.Program]
	paths, here = wrote(c)
	return paths, here, known || placed || c.Program == "sed" || c.Program == ""
}
