package secret

import (
	"slices"
	"strings"
)

// A ConnectionPassword is a password among the settings of a connection string, with the server
// it is for and where it stands:
//
//	Server=db;Password=s3cret                     .NET and ODBC
//	jdbc:postgresql://db/x?password=s3cret        an address
//	host=db user=x password=s3cret                libpq
//	x:s3cret@tcp(db:3306)/app                     the MySQL driver of Go
//	db:6379,password=s3cret                       the Redis client of .NET
type ConnectionPassword struct {
	Password, Host string
	Start          int
}

var (
	connectionServer   = expression(`(?i)(?:^|;)\s*(?:server|host|data ?source|addr|address|network address)\s*=\s*(?:tcp:)?([^;,:\s]+)`)
	addressServer      = expression(`^(?:jdbc:)?[a-z][a-z0-9:+.-]*://(?:[^/\s@?]*@)?([^/\s:;,?@]+)`)
	addressPassword    = expression(`(?i)[?&](?:password|pwd)=([^&#;'"\s]+)`)
	connectionPassword = expression(`(?i)(?:^|;)\s*(?:password|pwd)\s*=\s*([^;'"\s][^;]*)`)

	keywordServer   = expression(`(?:^|\s)host(?:addr)?=([^\s;,]+)(?:\s|$)`)
	keywordPassword = expression(`(?:^|\s)password=(?:'([^']+)'|([^\s';]+))`)

	goServer = expression(`^[\w.-]+:([^@/\s]+)@(?:tcp|udp|unix)\(([^):\s]*)`)

	listServer   = expression(`^([\w.-]+):\d+(?:,[\w.-]+(?::\d+)?)*,\s*\w+\s*=`)
	listPassword = expression(`(?i),\s*password\s*=\s*([^,\s]+)`)
)

// ConnectionPasswords returns the passwords in a connection string, but for variables and
// placeholders in their place.
func ConnectionPasswords(text string) []ConnectionPassword {
	return connectionPasswords(text, func(password string) bool { return !Placeholder(password) })
}

// ConnectionPlaceholders returns the placeholders in a connection string that a service would
// take for a password.
func ConnectionPlaceholders(text string) []ConnectionPassword {
	return connectionPasswords(text, Accepted)
}

func connectionPasswords(text string, wanted func(password string) bool) []ConnectionPassword {
	text = truncate(text)
	server, matches := connectionIn(text)
	var out []ConnectionPassword
	for _, m := range matches {
		value := strings.TrimRight(text[m[0]:m[1]], " ")
		if !strings.Contains(value, "$") && !Reference(value) && wanted(value) {
			out = append(out, ConnectionPassword{value, server, m[0]})
		}
	}
	return out
}

// connectionIn returns the server of a connection string, and where its passwords begin and
// end.
func connectionIn(text string) (server string, places [][2]int) {
	add := func(matches ...[]int) {
		for _, m := range matches {
			for i := 2; i+1 < len(m); i += 2 {
				if m[i] >= 0 {
					places = append(places, [2]int{m[i], m[i+1]})
				}
			}
		}
	}
	if found := addressServer().FindStringSubmatch(text); found != nil {
		add(addressPassword().FindAllStringSubmatchIndex(text, -1)...)
		if strings.Contains(text, ";") {
			add(connectionPassword().FindAllStringSubmatchIndex(text, -1)...)
		}
		return found[1], places
	}
	if m := goServer().FindStringSubmatchIndex(text); m != nil {
		add(m[:4])
		return text[m[4]:m[5]], places
	}
	if found := connectionServer().FindStringSubmatch(text); found != nil && strings.Contains(text, ";") {
		add(connectionPassword().FindAllStringSubmatchIndex(text, -1)...)
		return found[1], places
	}
	if found := keywordServer().FindStringSubmatch(text); found != nil {
		add(keywordPassword().FindAllStringSubmatchIndex(text, -1)...)
		return found[1], places
	}
	if found := listServer().FindStringSubmatch(text); found != nil {
		add(listPassword().FindAllStringSubmatchIndex(text, -1)...)
		return found[1], places
	}
	return "", nil
}

// findConnection classifies a value as a connection string.
func findConnection(value string) Literal {
	list := ConnectionPasswords(value)
	if len(list) == 0 {
		return Literal{}
	}
	l := ByForm(InConnection, value)
	l.WellKnown = !slices.ContainsFunc(list, func(c ConnectionPassword) bool { return !wellKnown[strings.ToLower(c.Password)] })
	return l
}

// InConnection is what a password in a connection string is called.
const InConnection = "a password in a connection string"
