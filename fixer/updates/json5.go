package updates

import (
	"bytes"
	"errors"
)

var errJSON5 = errors.New("not JSON5")

// plainJSON turns JSON with comments, and JSON5, into JSON with the same lines:
// without comments and trailing commas, with all keys and strings in double quotes.
// What is wrong otherwise stays so, for the reader of JSON to say.
func plainJSON(src []byte) ([]byte, error) {
	c := &converter{src: src}
	for c.at < len(src) {
		if err := c.next(); err != nil {
			return nil, err
		}
	}
	return c.out, nil
}

type converter struct {
	src   []byte
	at    int
	out   []byte
	comma int // offset in out of a comma that nothing but space follows; 0 for none
}

func (c *converter) next() error {
	b := c.src[c.at]
	switch {
	case b == ' ' || b == '\t' || b == '\r' || b == '\n':
		c.copy(1)
		return nil
	case bytes.HasPrefix(c.src[c.at:], []byte("\ufeff")):
		c.at += 3
		return nil
	case b == '/':
		return c.comment()
	case b == ',':
		c.comma = len(c.out)
		c.copy(1)
		return nil
	case (b == '}' || b == ']') && c.comma > 0:
		c.out[c.comma] = ' '
	}
	c.comma = 0
	switch {
	case b == '"' || b == '\'':
		return c.quoted(b)
	case isWord(b):
		c.word()
	default:
		c.copy(1)
	}
	return nil
}

func (c *converter) copy(n int) {
	c.out = append(c.out, c.src[c.at:c.at+n]...)
	c.at += n
}

// comment leaves a comment out, and keeps its line breaks.
func (c *converter) comment() error {
	rest := c.src[c.at:]
	switch {
	case bytes.HasPrefix(rest, []byte("//")):
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			end = len(rest)
		}
		c.at += end
		return nil
	case bytes.HasPrefix(rest, []byte("/*")):
		end := bytes.Index(rest[2:], []byte("*/"))
		if end < 0 {
			return errJSON5
		}
		c.out = append(c.out, bytes.Repeat([]byte("\n"), bytes.Count(rest[:end+2], []byte("\n")))...)
		c.at += end + 4
		return nil
	}
	return errJSON5
}

// quoted copies a string and gives it double quotes. A line break after a backslash
// is not part of it.
func (c *converter) quoted(quote byte) error {
	c.out = append(c.out, '"')
	for c.at++; c.at < len(c.src); {
		b := c.src[c.at]
		switch {
		case b == quote:
			c.out = append(c.out, '"')
			c.at++
			return nil
		case b == '\\' && c.at+1 < len(c.src):
			c.escape(c.src[c.at+1])
		case b == '"':
			c.out = append(c.out, '\\', '"')
			c.at++
		case b == '\n':
			return errJSON5
		default:
			c.copy(1)
		}
	}
	return errJSON5
}

func (c *converter) escape(b byte) {
	switch b {
	case '\n':
		c.at += 2
	case '\'', '/':
		c.out = append(c.out, b)
		c.at += 2
	default:
		c.copy(2)
	}
}

// word copies a name or a number; a name before a colon is a key.
func (c *converter) word() {
	end := c.at
	for end < len(c.src) && isWord(c.src[end]) {
		end++
	}
	after := end
	for after < len(c.src) && bytes.IndexByte([]byte(" \t\r\n"), c.src[after]) >= 0 {
		after++
	}
	if after < len(c.src) && c.src[after] == ':' {
		c.out = append(c.out, '"')
		c.copy(end - c.at)
		c.out = append(c.out, '"')
		return
	}
	c.copy(end - c.at)
}

func isWord(b byte) bool {
	return b == '_' || b == '$' || b == '-' || b == '+' || b == '.' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}
