package kube

import (
	"errors"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

var wrongType = text.Regexp(`cannot unmarshal (\w+) into Go struct field \S*?([\w]+) of type (\S+)`)

// DecodeError says in terms of the manifest what a decoder of the types of the API
// does not accept: "the field lun is a string, expected int32".
func DecodeError(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	if at := strings.LastIndex(line, "json: "); at >= 0 {
		line = line[at+len("json: "):]
	}
	if m := wrongType().FindStringSubmatch(line); m != nil {
		return errors.New("the field " + m[2] + " is of type " + m[1] + ", expected " + m[3])
	}
	return errors.New(line)
}
