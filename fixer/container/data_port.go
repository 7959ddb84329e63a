package container

import "fmt"

// The ports that databases and brokers serve by custom. What listens there
// keeps files, whatever its image is called.
var dataPorts = map[int]string{
	1433: "SQL Server", 1521: "Oracle", 2181: "ZooKeeper", 2379: "etcd", 3306: "MySQL", 5432: "PostgreSQL", 5672: "RabbitMQ", 5984: "CouchDB",
	6379: "Redis", 7474: "Neo4j", 7687: "Neo4j", 8086: "InfluxDB", 9042: "Cassandra", 9092: "Kafka", 9200: "Elasticsearch", 9300: "Elasticsearch",
	27017: "MongoDB",
}

// ServesData says which of its ports shows that a container is a database or a
// broker, "" for all others. Such programs write data, sockets and locks in
// directories of their image's choosing, which only their own user may write to.
func (s *Spec) ServesData() string {
	for _, n := range s.Ports {
		if name := dataPorts[n]; name != "" {
			return fmt.Sprintf("it serves port %d, %s by custom", n, name)
		}
	}
	return ""
}
