package secret

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
		if Find(m[1], m[2]).What != "" {
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
