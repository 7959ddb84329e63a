package workspace

import (
	"encoding/json"
	"unicode/utf8"
)

// A byteName is a path as the system has it: bytes, which are not always UTF-8.
// JSON strings would replace such bytes, and the record would name a file that
// does not exist. A name that is UTF-8 is a string in JSON; any other is an
// object with its bytes in base64.
type byteName string

type encodedName struct {
	Bytes []byte `json:"bytes"`
}

// MarshalJSON writes a string, or where that would lose bytes, an object.
func (n byteName) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(n)) {
		return json.Marshal(string(n))
	}
	return json.Marshal(encodedName{[]byte(n)})
}

// UnmarshalJSON reads either form.
func (n *byteName) UnmarshalJSON(data []byte) error {
	var e encodedName
	if len(data) > 0 && data[0] == '{' {
		err := json.Unmarshal(data, &e)
		*n = byteName(e.Bytes)
		return err
	}
	return json.Unmarshal(data, (*string)(n))
}
