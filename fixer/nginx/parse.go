package nginx

import (
	"bytes"
	"fmt"
	"strings"
)

// A Directive is a simple directive, or one with a block.
type Directive struct {
	Name  string
	Args  []Word
	Block []*Directive
	Opens bool // it has a block, which may be empty
	Line  int

	Start, End int // through its semicolon or closing brace
}

// A Word is an argument of a directive without its quotes, and its bytes with them.
type Word struct {
	Text       string
	Start, End int
}

// Arg is the text of an argument, "" for one that is not there.
func (d *Directive) Arg(k int) string {
	if k >= len(d.Args) {
		return ""
	}
	return d.Args[k].Text
}

// maxDepth bounds how deep blocks lie in each other.
const maxDepth = 16

// Parse reads a configuration file.
func Parse(data []byte) ([]*Directive, error) {
	p := &parser{src: data, line: 1}
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		p.at = len("\ufeff")
	}
	list, err := p.block(0)
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", p.line, err)
	}
	return list, nil
}

type parser struct {
	src  []byte
	at   int
	line int
}

// block reads directives up to the end of the file, or of the block.
func (p *parser) block(depth int) ([]*Directive, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("blocks lie too deep")
	}
	var list []*Directive
	for {
		p.space()
		switch {
		case p.at == len(p.src) && depth > 0:
			return nil, fmt.Errorf("a block is not closed")
		case p.at == len(p.src):
			return list, nil
		case p.src[p.at] == '}' && depth > 0:
			return list, nil
		}
		d, err := p.directive(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
}

func (p *parser) directive(depth int) (*Directive, error) {
	d := &Directive{Start: p.at, Line: p.line}
	name, err := p.word()
	if err != nil {
		return nil, err
	}
	if d.Name = name.Text; strings.HasSuffix(d.Name, "_by_lua_block") {
		return nil, fmt.Errorf("a block of Lua is not read")
	}
	for {
		p.space()
		if p.at == len(p.src) {
			return nil, fmt.Errorf("the directive %s has no end", d.Name)
		}
		switch p.src[p.at] {
		case ';':
			p.at++
			d.End = p.at
			return d, nil
		case '{':
			p.at++
			d.Opens = true
			if d.Block, err = p.block(depth + 1); err != nil {
				return nil, err
			}
			p.at++ // the brace that ended it
			d.End = p.at
			return d, nil
		}
		w, err := p.word()
		if err != nil {
			return nil, err
		}
		d.Args = append(d.Args, w)
	}
}

// space passes over white space and comments.
func (p *parser) space() {
	for p.at < len(p.src) {
		switch p.src[p.at] {
		case '\n':
			p.line++
		case ' ', '\t', '\r':
		case '#':
			for p.at < len(p.src) && p.src[p.at] != '\n' {
				p.at++
			}
			continue
		default:
			return
		}
		p.at++
	}
}

// word reads a word, which a quote may begin: within quotes, and behind a backslash,
// every byte is part of it.
func (p *parser) word() (Word, error) {
	w := Word{Start: p.at}
	var b strings.Builder
	if quote := p.src[p.at]; quote == '"' || quote == '\'' {
		for p.at++; p.at < len(p.src) && p.src[p.at] != quote; p.at++ {
			p.escaped(&b)
		}
		if p.at == len(p.src) {
			return w, fmt.Errorf("a quote is not closed")
		}
		p.at++
		w.Text, w.End = b.String(), p.at
		return w, nil
	}
	for p.at < len(p.src) && !strings.ContainsRune(" \t\r\n;{}", rune(p.src[p.at])) {
		if p.src[p.at] == '$' && p.at+1 < len(p.src) && p.src[p.at+1] == '{' { // ${name}
			for p.at < len(p.src) && p.src[p.at] != '}' && p.src[p.at] != '\n' {
				b.WriteByte(p.src[p.at])
				p.at++
			}
			if p.at == len(p.src) || p.src[p.at] != '}' {
				return w, fmt.Errorf("the name of a variable has no end")
			}
			b.WriteByte('}')
			p.at++
			continue
		}
		p.escaped(&b)
		p.at++
	}
	if p.at == w.Start {
		return w, fmt.Errorf("%q stands where a word is expected", p.src[p.at])
	}
	w.Text, w.End = b.String(), p.at
	return w, nil
}

// escaped writes the byte at hand, or the one behind a backslash.
func (p *parser) escaped(b *strings.Builder) {
	if p.src[p.at] == '\\' && p.at+1 < len(p.src) {
		b.WriteByte(p.src[p.at])
		p.at++
	}
	if p.src[p.at] == '\n' {
		p.line++
	}
	b.WriteByte(p.src[p.at])
}
