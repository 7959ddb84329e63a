package discover

import "bytes"

// startsLikeDockerfile reports whether the first instruction is one a
// Dockerfile may start with, and a FROM exists.
func startsLikeDockerfile(data []byte) bool {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	first := true
	for len(data) > 0 {
		var line []byte
		line, data = cutLine(data)
		line = bytes.TrimLeft(line, " \t")
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		if isInstruction(line, "FROM") {
			return true
		}
		if first && !isInstruction(line, "ARG") {
			return false
		}
		first = false
	}
	return false
}

func isInstruction(line []byte, name string) bool {
	return len(line) > len(name) && bytes.EqualFold(line[:len(name)], []byte(name)) &&
		(line[len(name)] == ' ' || line[len(name)] == '\t')
}

// cutLine cuts after the first line break, which is not part of the line; a
// carriage return before it is not either.
func cutLine(data []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(data, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}
