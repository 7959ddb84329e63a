package secret

import "slices"

// FindWithin classifies a value as Find does, and besides finds a password among the
// settings of a connection string.
func FindWithin(name, value string) Literal {
	l := Find(name, value)
	if l.What != "" {
		return l
	}
	list := ConnectionPasswords(value)
	if len(list) == 0 {
		return l
	}
	l = ByForm(InConnection, list[0].Password)
	l.WellKnown = !slices.ContainsFunc(list, func(c ConnectionPassword) bool { return !IsWellKnown(name, c.Password) })
	return l
}

// What stands beside a name in quotes, in JSON, YAML in one line, XML and calls of a
// program: "password": "s3cret", password="s3cret", define('DB_PASSWORD', 's3cret'); and
// passwords in SQL.
var (
	doubleQuoted = expression(`["']?\b([A-Za-z][\w.-]*)["']?\s*[:=,]\s*"([^"\\]+)"`)
	singleQuoted = expression(`["']?\b([A-Za-z][\w.-]*)["']?\s*[:=,]\s*'([^'\\]+)'`)
	inStatement  = expression(`(?i)\b(PASSWORD|IDENTIFIED\s+BY)\s+'([^'\\]+)'`)
)

// besideQuotes returns the names that a line sets to a secret in quotes.
func besideQuotes(line string) []string {
	var out []string
	for _, m := range append(doubleQuoted().FindAllStringSubmatch(line, -1), singleQuoted().FindAllStringSubmatch(line, -1)...) {
		if FindWithin(m[1], m[2]).What != "" {
			out = append(out, m[1])
		}
	}
	for _, m := range inStatement().FindAllStringSubmatch(line, -1) {
		if Find("PASSWORD", m[2]).What != "" {
			out = append(out, m[1])
		}
	}
	return out
}
