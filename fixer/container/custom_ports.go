package container

import (
	"fmt"
	"path"
	"slices"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// The ports that databases and brokers serve by custom. What listens there
// keeps files, whatever its image is called.
var dataPorts = map[int]string{
	1433: "SQL Server", 1521: "Oracle", 2181: "ZooKeeper", 2379: "etcd", 3306: "MySQL", 5432: "PostgreSQL", 5672: "RabbitMQ", 5984: "CouchDB",
	6379: "Redis", 7474: "Neo4j", 7687: "Neo4j", 8086: "InfluxDB", 9042: "Cassandra", 9092: "Kafka", 9200: "Elasticsearch", 9300: "Elasticsearch",
	27017: "MongoDB",
}

// ServesData reports whether the image is known to listen on the port of a database or a
// broker.
func (p *Profile) ServesData() bool {
	e := p.Program()
	return e != nil && slices.ContainsFunc(e.Ports, func(port image.Port) bool { return dataPorts[port.Number] != "" })
}

// dataDirectories are where databases and brokers keep their data by custom.
var dataDirectories = map[string]string{
	"/var/lib/postgresql": "PostgreSQL", "/var/lib/pgsql": "PostgreSQL", "/var/lib/mysql": "MySQL", "/data/db": "MongoDB", "/var/lib/mongodb": "MongoDB",
	"/var/lib/redis": "Redis", "/var/lib/rabbitmq": "RabbitMQ", "/var/lib/cassandra": "Cassandra", "/var/lib/clickhouse": "ClickHouse",
	"/var/lib/elasticsearch": "Elasticsearch", "/usr/share/elasticsearch/data": "Elasticsearch", "/var/lib/neo4j": "Neo4j", "/var/lib/influxdb": "InfluxDB",
}

// servesData says which of its ports or volumes shows that a container is a database or a
// broker, "" for all others. Such programs write data, sockets and locks in
// directories of their image's choosing, which only their own user may write to.
func (s *Spec) servesData() string {
	for _, n := range s.Ports {
		if name := dataPorts[n]; name != "" {
			return fmt.Sprintf("The container listens on port %d, the usual port of %s", n, name)
		}
	}
	for _, m := range s.Mounts {
		for at := path.Clean(m.Target); !m.ReadOnly && at != "/" && at != "."; at = path.Dir(at) {
			if name := dataDirectories[at]; name != "" {
				return fmt.Sprintf("The container mounts %s, where %s keeps its data", m.Target, name)
			}
		}
	}
	return ""
}

// servesLogins says which port shows that people log in to a container whose image nobody
// knows, "" for all others. The server starts as root, and becomes the user who logs in.
func (s *Spec) servesLogins() string {
	for _, n := range s.Ports {
		if name := loginPorts[n]; name != "" && s.Image.unknown() {
			return fmt.Sprintf("The container listens on port %d, the usual port of %s", n, name)
		}
	}
	return ""
}

// loginPorts are those on which a server gives files or a shell to who logs in, as that
// user.
var loginPorts = map[int]string{21: "FTP", 22: "SSH", 139: "SMB", 445: "SMB", 548: "AFP"}

// loginCaps are what a server for logins needs to become other users and to shut them in.
const loginCaps = accountCaps + " AUDIT_WRITE KILL SYS_CHROOT"

// ServesData returns what listens on a port by custom, where that is a database or a
// broker; "" for all others.
func ServesData(port int) string { return dataPorts[port] }

// The ports on which debuggers wait for a client, who may then run any code.
var debugPorts = map[int]string{2345: "Delve", 5005: "Java", 5678: "debugpy", 9229: "Node.js"}

// Debugs returns which debugger listens on a port by custom, "" for all others.
func Debugs(port int) string { return debugPorts[port] }

// servesSSH matches images that are there to serve SSH.
var servesSSH = text.Regexp(`(?i)(^|[-_./])(git[a-z]*|gogs|forgejo|phabricator|soft-serve|gerrit|sftp[a-z]*|bastion|jump[a-z]*|teleport|sshpiper[a-z]*|sish)([-_./:@]|$)`)

// ServesSSH reports whether an image is there to serve SSH: a forge, a bastion, a server
// for files.
func ServesSSH(name string) bool { return servesSSH().MatchString(name) }
