package connect

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// An address is a host that a value names, with what stands beside it. It holds
// no user, no password and no path.
type address struct {
	host   string // in lower case, without brackets
	port   int    // as written, 0 without one
	scheme string // in lower case, "" without one
	form   form
}

// A form is how an address is written: the more of it there is, the surer it is one.
type form int

// The forms.
const (
	bare     form = iota // a word that may be a host
	hostPort             // a host with a port
	ofURL                // behind a scheme, or in the host part of a connection string
)

// maxValue bounds how much of one value is searched.
const maxValue = 64 << 10

// addressesIn returns the addresses in the value of a variable or of a setting.
func addressesIn(value string) []address {
	value = strings.Trim(strings.TrimSpace(value[:min(len(value), maxValue)]), `"'`)
	if value == "" {
		return nil
	}
	if out := urlsIn(value); len(out) > 0 || strings.Contains(value, "://") {
		return out
	}
	if out := connectionString(value); len(out) > 0 {
		return out
	}
	var out []address
	for _, item := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(",; \t\n\r|\"'[]", r) }) {
		if a, ok := parseHost(item[strings.LastIndexByte(item, '@')+1:]); ok {
			out = append(out, a)
		}
	}
	if len(out) > 1 { // words of a sentence are no list of hosts
		out = slices.DeleteFunc(out, func(a address) bool { return a.form == bare && strings.ContainsAny(value, " \t\n") })
	}
	return out
}

// schemes that lead to no host, or to one in another sense.
var hostless = map[string]bool{
	"file": true, "unix": true, "sqlite": true, "sqlite3": true, "data": true, "jar": true, "classpath": true, "memory": true, "mem": true,
	"mailto": true, "urn": true, "s3": true, "s3a": true, "gs": true, "wasb": true, "wasbs": true, "abfss": true, "docker": true, "docker-image": true,
	"fd": true, "npipe": true, "chrome-extension": true, "moz-extension": true, "vscode": true, "oci": true, "spiffe": true, "android": true, "capacitor": true,
	"secret": true, "secretsmanager": true, "env": true, "inmem": true, "local": true, "about": true, "blob": true, "null": true,
}

// resolvers are the schemes of gRPC that have the address behind a third slash.
var resolvers = map[string]bool{"dns": true, "passthrough": true, "ipv4": true, "xds": true, "srv": true, "static": true, "etcd": true, "consul": true}

// urlsIn returns the hosts of all URLs in a text.
func urlsIn(s string) []address {
	var out []address
	for at := 0; ; {
		i := strings.Index(s[at:], "://")
		if i < 0 {
			break
		}
		i += at
		at = i + len("://")
		scheme := schemeBefore(s[:i])
		if scheme == "" || hostless[scheme] {
			continue
		}
		hosts, end := authority(s[at:], scheme)
		at += end
		for _, h := range hosts {
			if a, ok := parseHost(h); ok {
				a.scheme, a.form = scheme, ofURL
				out = append(out, a)
			}
		}
	}
	for _, m := range packedAddress().FindAllStringSubmatch(s, -1) {
		if a, ok := parseHost(m[1]); ok {
			a.form = ofURL
			out = append(out, a)
		}
	}
	return out
}

// packedAddress matches what drivers of Go and of Oracle write without a scheme:
// user:password@tcp(db:3306)/name, jdbc:oracle:thin:@db:1521:xe.
var packedAddress = text.Regexp(`(?:@(?:tcp[46]?|udp)?\(|jdbc:oracle:\w+:[^@\s]*@)([A-Za-z0-9_.-]+:\d{1,5})`)

func schemeBefore(s string) string {
	from := len(s)
	for from > 0 && isSchemeByte(s[from-1]) {
		from--
	}
	for from < len(s) && !isLetter(s[from]) {
		from++
	}
	return strings.ToLower(s[from:])
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isSchemeByte(c byte) bool {
	return isLetter(c) || c >= '0' && c <= '9' || c == '+' || c == '.' || c == '-'
}

// authority returns the hosts behind a scheme, each with its port, and where they
// end. Whoever writes a password with a slash in it into a URL does not get it
// shown as a host: what follows the last @ counts, for schemes that have passwords.
func authority(s, scheme string) (hosts []string, end int) {
	token := s
	if i := strings.IndexAny(s, " \t\r\n\"'`<>\\"); i >= 0 {
		token = s[:i]
	}
	if i := strings.IndexByte(token, '/'); i == 0 && resolvers[scheme] || i > 0 && scheme == "dns" { // dns:///db:5432, dns://resolver/db:5432
		token, end = token[i+1:], i+1
	}
	web := strings.HasPrefix(scheme, "http") || strings.HasPrefix(scheme, "ws") || strings.HasPrefix(scheme, "grpc")
	if i := strings.IndexByte(token, '?'); i >= 0 && strings.Contains(token[i:], "=") { // options, a password among them
		token = token[:i]
	}
	if i := strings.LastIndexByte(token, '@'); i >= 0 && !web {
		token, end = token[i+1:], end+i+1
	}
	stop := strings.IndexAny(token, "/?#;|)}>*")
	if stop < 0 {
		stop = len(token)
	}
	host := token[:stop]
	end += stop
	host = host[strings.LastIndexByte(host, '@')+1:]
	if strings.HasPrefix(token[stop:], "//") { // http://a:1,http://b: the last word is the next scheme
		if i := strings.LastIndexByte(host, ','); i >= 0 {
			end -= len(host) - i
			host = host[:i]
		}
	}
	return strings.Split(host, ","), end
}

// connectionString reads the words of database drivers: "host=db port=5432",
// "Server=db,1433;User Id=sa".
func connectionString(s string) []address {
	if !strings.Contains(s, "=") {
		return nil
	}
	var out []address
	port := 0
	for _, m := range driverWord().FindAllStringSubmatch(s, -1) {
		value := strings.TrimPrefix(strings.ToLower(m[2]), "tcp:")
		if strings.EqualFold(m[1], "port") {
			port, _ = strconv.Atoi(value)
			continue
		}
		if h, p, ok := strings.Cut(value, ","); ok && isPort(p) { // SQL Server
			value = h + ":" + p
		}
		for _, item := range strings.Split(value, ",") {
			if a, ok := parseHost(item); ok {
				a.form = ofURL
				out = append(out, a)
			}
		}
	}
	for i := range out {
		if out[i].port == 0 && validPort(port) {
			out[i].port = port
		}
	}
	return out
}

var driverWord = text.Regexp(`(?i)(?:^|[;&?\s])(host|server|data source|datasource|addr|address|hostname|port|bootstrap\.servers)\s*=\s*([^;&\s]+)`)

// hostName is what a host may look like; one of digits and dots alone is an address.
var hostName = text.Regexp(`^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?\.?$`)

// parseHost reads a host with or without a port; what follows a slash is cut off.
func parseHost(s string) (address, bool) {
	if _, err := netip.ParsePrefix(s); err == nil { // a network
		return address{}, false
	}
	s, _, _ = strings.Cut(s, "/")
	s = strings.ToLower(strings.Trim(s, `"'`))
	if rest, ok := strings.CutPrefix(s, "["); ok { // [::1]:8080
		host, port, ok := strings.Cut(rest, "]")
		if _, err := netip.ParseAddr(host); !ok || err != nil {
			return address{}, false
		}
		a := address{host: host}
		if n, ok := strings.CutPrefix(port, ":"); ok && isPort(n) {
			a.port, _ = strconv.Atoi(n)
			a.form = hostPort
		}
		return a, true
	}
	host, port, ported := strings.Cut(s, ":")
	if !hostName().MatchString(host) {
		return address{}, false
	}
	a := address{host: strings.TrimSuffix(host, ".")}
	if ported {
		if !isPort(port) {
			return address{}, false
		}
		a.port, _ = strconv.Atoi(port)
		a.form = hostPort
	}
	if a.host == "svc.cluster.local" || a.host == "cluster.local" {
		return address{}, false
	}
	if !strings.ContainsAny(host, "abcdefghijklmnopqrstuvwxyz") {
		if _, err := netip.ParseAddr(host); err != nil {
			return address{}, false
		}
	}
	return a, true
}

func isPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && len(s) <= 5 && validPort(n)
}

func validPort(n int) bool { return n > 0 && n < 1<<16 }

// isHere reports whether a host is the machine that asks.
func isHere(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "localhost.localdomain" || host == "ip6-localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// isIP reports whether a host is an address.
func isIP(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// defaultPort is the port of a scheme, 0 where it has none.
func defaultPort(scheme string) int {
	base, _, _ := strings.Cut(scheme, "+") // postgresql+asyncpg
	return schemePorts[base]
}

var schemePorts = map[string]int{
	"http": 80, "https": 443, "ws": 80, "wss": 443, "postgres": 5432, "postgresql": 5432, "pgsql": 5432, "mysql": 3306, "mysql2": 3306, "mariadb": 3306,
	"mongodb": 27017, "redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671, "pyamqp": 5672, "nats": 4222, "kafka": 9092, "ldap": 389, "ldaps": 636,
	"smtp": 25, "smtps": 465, "imap": 143, "imaps": 993, "ftp": 21, "ssh": 22, "sftp": 22, "memcached": 11211, "memcache": 11211, "sqlserver": 1433,
	"mssql": 1433, "bolt": 7687, "neo4j": 7687, "mqtt": 1883, "mqtts": 8883, "elasticsearch": 9200, "zk": 2181, "zookeeper": 2181, "cassandra": 9042,
	"oracle": 1521, "git": 9418, "syslog": 514, "stomp": 61613, "pulsar": 6650, "hdfs": 8020, "thrift": 9090, "couchdb": 5984, "cockroachdb": 26257,
}
