package dockerfile

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A probe asks a program in the same container whether it answers, with
// something that is known to be in the image.
type probe struct {
	runtime string // what it is made with, for people
	// connect asks whether somebody listens on a port; nil when that cannot be
	// asked alone.
	connect func(port string) []string
	// get asks for a page; nil when that cannot be asked.
	get func(port, path string) []string
}

// nodeProbe asks with Node.js, under the name that it has in the image.
func nodeProbe(node string) probe {
	return probe{
		runtime: "node",
		connect: func(port string) []string {
			return []string{node, "-e", fmt.Sprintf("require('net').connect(%s,'127.0.0.1').on('connect',()=>process.exit(0)).on('error',()=>process.exit(1))", port)}
		},
		get: func(port, path string) []string {
			return []string{node, "-e", fmt.Sprintf("require('http').get('http://127.0.0.1:%s%s',r=>process.exit(r.statusCode<400?0:1)).on('error',()=>process.exit(1))", port, path)}
		},
	}
}

// pythonProbe asks with Python, under the name that it has in the image.
func pythonProbe(python string) probe {
	return probe{
		runtime: "python3",
		connect: func(port string) []string {
			return []string{python, "-c", fmt.Sprintf("import socket; socket.create_connection(('127.0.0.1', %s), 3).close()", port)}
		},
		get: func(port, path string) []string {
			return []string{python, "-c", fmt.Sprintf("import urllib.request; urllib.request.urlopen('http://127.0.0.1:%s%s', timeout=3)", port, path)}
		},
	}
}

// languages are images named after the interpreter in them.
var languages = map[string]probe{
	"docker.io/library/node":   nodeProbe("node"),
	"docker.io/library/python": pythonProbe("python3"),
	"docker.io/library/php": {
		runtime: "php",
		connect: func(port string) []string {
			return []string{"php", "-r", fmt.Sprintf("exit(@fsockopen('127.0.0.1', %s) ? 0 : 1);", port)}
		},
		get: func(port, path string) []string {
			return []string{"php", "-r", fmt.Sprintf("exit(@file_get_contents('http://127.0.0.1:%s%s') === false ? 1 : 0);", port, path)}
		},
	},
	"docker.io/library/ruby": {
		runtime: "ruby",
		connect: func(port string) []string {
			return []string{"ruby", "-rsocket", "-e", fmt.Sprintf("TCPSocket.new('127.0.0.1', %s).close", port)}
		},
		get: func(port, path string) []string {
			return []string{"ruby", "-rnet/http", "-e", fmt.Sprintf("exit Net::HTTP.get_response(URI('http://127.0.0.1:%s%s')).code < '400'", port, path)}
		},
	},
}

var (
	bashProbe = probe{runtime: "bash", connect: func(port string) []string {
		return []string{"bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + port}
	}}
	wgetProbe = probe{runtime: "BusyBox wget", get: wget}

	// busyboxProbe connects where it can: a page may be missing, or be there
	// only for who logs in, while the program serves.
	busyboxProbe = probe{runtime: "BusyBox", get: wget, connect: func(port string) []string {
		return []string{"nc", "-z", "127.0.0.1", port}
	}}
)

func wget(port, path string) []string {
	return []string{"wget", "-q", "-O", "/dev/null", "http://127.0.0.1:" + port + path}
}

// probeIn finds what the image of a stage can probe itself with. Only programs
// that the base is known to bring count: one that a RUN installs may be gone
// again, and would keep the image from losing it.
func probeIn(pass *fixer.Pass, s *dockerfile.Stage, port int) (probe, bool) {
	ref, err := image.ParseReference(s.Root().Image)
	if err != nil || s.Windows {
		return probe{}, false
	}
	base, ok := build.BaseOf(pass, s)
	if p, known := languages[ref.Name()]; known {
		return p, true
	}
	// The interpreters of distroless are on no path that is sure to be searched.
	switch {
	case distrolessNode().MatchString(ref.Name()):
		return nodeProbe("/nodejs/bin/node"), true
	case distrolessPython().MatchString(ref.Name()):
		return pythonProbe("/usr/bin/python3"), true
	}
	switch {
	case !ok:
		return probe{}, false
	case base.Has("bash") == image.Present && slices.Contains(openingBash, base.Distribution):
		return bashProbe, true
	case base.Has("nc") == image.Present && base.Shell == image.BusyBoxShell:
		return busyboxProbe, true
	case base.Has("wget") == image.Present && base.Shell == image.BusyBoxShell && speaksHTTP(port):
		return wgetProbe, true
	}
	return probe{}, false
}

var (
	distrolessNode   = text.Regexp(`^gcr\.io/distroless/nodejs\d*(-debian\d+)?$`)
	distrolessPython = text.Regexp(`^gcr\.io/distroless/python3(-debian\d+)?$`)

	// openingBash are distributions whose bash opens connections by redirection.
	openingBash = []image.Distribution{
		image.Debian, image.Ubuntu, image.UBI, image.AmazonLinux, image.OracleLinux, image.CentOS, image.Fedora, image.RockyLinux, image.AlmaLinux,
	}
)

// otherProtocols are ports on which something else than HTTP is spoken by
// custom, HTTP over TLS included.
var otherProtocols = []int{
	21, 22, 23, 25, 53, 110, 143, 389, 443, 465, 587, 636, 993, 995, 1433, 1521, 1883, 2181, 3306, 3389, 4222, 5060, 5222, 5432, 5433,
	5672, 5900, 6379, 6380, 8443, 8883, 9042, 9092, 9093, 11211, 26257, 27017, 50051,
}

func speaksHTTP(port int) bool { return !slices.Contains(otherProtocols, port) }

// command is the probe for a port, by a page when path is not empty.
func (p probe) command(port, path string) ([]string, bool) {
	switch {
	case path != "" && p.get != nil:
		return p.get(port, path), true
	case path == "" && p.connect != nil:
		return p.connect(port), true
	}
	return nil, false
}

// tcpPort returns the first single TCP port that a stage exposes, or 0.
func tcpPort(s *dockerfile.Stage) (dockerfile.Port, bool) {
	for _, port := range s.Exposes() {
		if port.Known && port.Proto == "tcp" && port.Number > 0 && port.Number < 1<<16 {
			return port, true
		}
	}
	return dockerfile.Port{}, false
}

func execForm(words []string) string {
	out := "["
	for k, w := range words {
		if k > 0 {
			out += ", "
		}
		out += dockerfile.Quote(w)
	}
	return out + "]"
}

func validPort(s string) error {
	if n, err := strconv.Atoi(s); err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != s {
		return fmt.Errorf("a port from 1 to 65535")
	}
	return nil
}

// any is the probe for a port in the form that asks least.
func (p probe) any(port string) []string {
	if words, ok := p.command(port, ""); ok {
		return words
	}
	words, _ := p.command(port, "/")
	return words
}

func validPath(probe probe) func(string) error {
	return func(s string) error {
		switch {
		case s == "" && probe.connect != nil:
			return nil
		case s == "" || !build.PagePath().MatchString(s):
			return errors.New("use a path that begins with / and contains no spaces or quotes")
		case probe.get == nil:
			return fmt.Errorf("%s can only connect", probe.runtime)
		}
		return nil
	}
}
