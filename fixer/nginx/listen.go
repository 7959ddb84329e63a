package nginx

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// MoveListen returns the edits that make the servers of a file listen on another port
// where they listened on one, and that keep the port out of the redirects they answer
// with: clients came by another port before, and still do.
//
// The file is one that the main configuration includes: servers, and what they share.
// The error, a sentence without full stop, says why its port cannot be moved, or why
// its servers would not run without root. taken says that a server of the file listens
// on the other port already.
func MoveListen(data []byte, from, to int) (edits []text.Edit, taken bool, err error) {
	list, err := Parse(data)
	if err != nil {
		return nil, false, fmt.Errorf("it cannot be read (%s)", text.VisibleLine(err.Error()))
	}
	if err := each(list, func(d *Directive) error { return blocks(d, from) }); err != nil {
		return nil, false, err
	}
	servers := 0
	for _, d := range list {
		if d.Name != "server" || !d.Opens {
			continue
		}
		servers++
		e, has, err := moveServer(data, d, from, to)
		if err != nil {
			return nil, false, err
		}
		edits, taken = append(edits, e...), taken || has
	}
	if servers == 0 {
		return nil, false, errors.New("it contains no server")
	}
	return edits, taken, nil
}

func each(list []*Directive, visit func(d *Directive) error) error {
	for _, d := range list {
		if err := visit(d); err != nil {
			return err
		}
		if err := each(d.Block, visit); err != nil {
			return err
		}
	}
	return nil
}

// moveServer moves the port of one server.
func moveServer(data []byte, server *Directive, from, to int) (edits []text.Edit, taken bool, err error) {
	var last *Directive
	listens, silent := false, false
	for _, d := range server.Block {
		switch d.Name {
		case "port_in_redirect", "absolute_redirect":
			if d.Arg(0) != "off" {
				return nil, false, fmt.Errorf("line %d puts the port into redirects", d.Line)
			}
			silent = true
		case "listen":
			listens = true
			port, start, err := listenPort(d)
			switch {
			case err != nil:
				return nil, false, err
			case port != from && port < 1024:
				return nil, false, fmt.Errorf("line %d listens on port %d, too", d.Line, port)
			case port != from:
				taken = taken || port == to
				continue
			}
			last = d
			edits = append(edits, replacePort(d, start, from, to))
		}
	}
	switch {
	case !listens:
		return nil, false, fmt.Errorf("line %d begins a server without listen, whose port depends on the user", server.Line)
	case last != nil && !silent:
		edits = append(edits, text.Insert(behind(data, last), lineBehind(data, last)+"port_in_redirect off;"))
	}
	return edits, taken, nil
}

// listenPort is the port of a listen directive, and where its digits begin in the first
// argument; -1 where they are not written.
func listenPort(d *Directive) (port, start int, err error) {
	w := d.Arg(0)
	for _, a := range d.Args[min(1, len(d.Args)):] {
		if a.Text == "ssl" || a.Text == "quic" {
			return 0, 0, fmt.Errorf("line %d serves TLS, and the permissions of the key are unknown", d.Line)
		}
	}
	start = strings.LastIndexByte(w, ':') + 1
	if strings.HasPrefix(w, "[") && strings.HasSuffix(w, "]") || start == 0 && strings.Trim(w, "0123456789") != "" {
		start = -1 // an address alone
	}
	switch {
	case w == "" || strings.HasPrefix(w, "unix:") || strings.ContainsAny(w, "$\\"):
		return 0, 0, fmt.Errorf("line %d listens on %s, which is not a port", d.Line, text.VisibleLine(w))
	case start < 0:
		return 80, start, nil
	}
	port, err = strconv.Atoi(w[start:])
	if err != nil {
		return 0, 0, fmt.Errorf("line %d listens on %s, which is not a port", d.Line, text.VisibleLine(w))
	}
	return port, start, nil
}

func replacePort(d *Directive, start, from, to int) text.Edit {
	w := d.Args[0]
	if start < 0 {
		return text.Insert(w.End, ":"+strconv.Itoa(to))
	}
	if w.End-w.Start > len(w.Text) { // in quotes
		start++
	}
	return text.Edit{Start: w.Start + start, End: w.Start + start + len(strconv.Itoa(from)), New: strconv.Itoa(to)}
}

// behind is where a directive can be added behind another: at the end of its line, with
// the comment there, or right behind it where the line goes on.
func behind(data []byte, d *Directive) int {
	rest := data[d.End:]
	if k := bytes.IndexByte(rest, '\n'); k >= 0 {
		rest = rest[:k]
	}
	if t := bytes.TrimSpace(rest); len(t) == 0 || t[0] == '#' {
		return d.End + len(bytes.TrimRight(rest, " \t\r"))
	}
	return d.End
}

// lineBehind is what stands between a directive and one that is added behind it: a line
// break and its indentation, or a blank.
func lineBehind(data []byte, d *Directive) string {
	line := bytes.LastIndexByte(data[:d.Start], '\n') + 1
	indent := data[line:d.Start]
	if len(bytes.TrimSpace(indent)) > 0 || behind(data, d) == d.End && len(data) > d.End && data[d.End] != '\n' && data[d.End] != '\r' && data[d.End] != ' ' && data[d.End] != '\t' {
		return " "
	}
	rest := data[d.End:]
	if k := bytes.IndexByte(rest, '\n'); k >= 0 && len(bytes.TrimSpace(rest[:k])) > 0 && bytes.TrimSpace(rest[:k])[0] != '#' {
		return " "
	}
	end := "\n"
	if k := bytes.IndexByte(data[line:], '\n'); k > 0 && data[line+k-1] == '\r' {
		end = "\r\n"
	}
	return end + string(indent)
}

// blocks says what keeps a directive from working behind another port, or without root.
func blocks(d *Directive, from int) error {
	for _, w := range d.Args {
		if strings.Contains(w.Text, "$server_port") || strings.Contains(w.Text, "${server_port}") {
			return fmt.Errorf("line %d hands the port on ($server_port)", d.Line)
		}
	}
	unread := func() error {
		return fmt.Errorf("line %d includes %s, which oakum does not read", d.Line, text.VisibleLine(d.Arg(0)))
	}
	switch name := d.Name; {
	case name == "include" && path.Base(d.Arg(0)) != "mime.types":
		return unread()
	case slices.Contains([]string{"fastcgi_pass", "uwsgi_pass", "scgi_pass"}, name):
		return fmt.Errorf("line %d hands requests to an application, with the port in SERVER_PORT", d.Line)
	case name == "proxy_pass" && toItself(d.Arg(0), from):
		return fmt.Errorf("line %d asks the server itself", d.Line)
	case strings.HasPrefix(name, "ssl_certificate"):
		return fmt.Errorf("line %d serves TLS, and the permissions of the key are unknown", d.Line)
	case (name == "access_log" || name == "error_log") && !openLog(d.Arg(0)):
		return fmt.Errorf("line %d writes a log to %s, where only root may", d.Line, text.VisibleLine(d.Arg(0)))
	case (strings.HasSuffix(name, "_temp_path") || strings.HasSuffix(name, "_cache_path")) && !room(d.Arg(0)):
		return fmt.Errorf("line %d writes to %s, where only root may", d.Line, text.VisibleLine(d.Arg(0)))
	case slices.Contains([]string{"user", "pid", "events", "http", "load_module", "worker_processes", "stream", "mail"}, name):
		return fmt.Errorf("line %d belongs into the main configuration (%s)", d.Line, name)
	}
	return nil
}

// toItself reports whether requests are handed to the port that moves.
func toItself(url string, from int) bool {
	_, host, _ := strings.Cut(url, "://")
	host, _, _ = strings.Cut(host, "/")
	name, port, _ := strings.Cut(host, ":")
	return (name == "localhost" || name == "127.0.0.1" || name == "0.0.0.0") && (port == "" || port == strconv.Itoa(from))
}

// openLog reports whether every user of the image may write a log.
func openLog(p string) bool {
	return p == "off" || strings.HasPrefix(p, "syslog:") || slices.Contains([]string{"/dev/stdout", "/dev/stderr", "stderr", "/var/log/nginx/access.log", "/var/log/nginx/error.log"}, p)
}

// room reports whether a directory is one that images of nginx for any user give to it.
func room(p string) bool {
	p = path.Clean(p)
	return strings.HasPrefix(p, "/tmp/") || p == "/tmp" || strings.HasPrefix(p, "/var/cache/nginx")
}
