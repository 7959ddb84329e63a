// Package nginx reads configuration files of nginx: directives with their words and
// bytes, and the port on which servers listen.
//
//	list, err := nginx.Parse(data)
//	edits, err := nginx.MoveListen(data, 80, 8080)
//
// What always holds: nothing is guessed. A file that does more with its port than
// listen on it is refused, with the directive that stands in the way.
package nginx

// Where images of nginx have their configuration.
const (
	Dir     = "/etc/nginx"
	Servers = Dir + "/conf.d" // of which the main configuration includes *.conf
)
