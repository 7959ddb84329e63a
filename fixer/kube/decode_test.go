package kube_test

import (
	"errors"
	"testing"

	"github.com/oakum-sec/oakum/fixer/kube"
)

// TestDecodeErrorsAreInTermsOfTheManifest: no message names types of Go.
func TestDecodeErrorsAreInTermsOfTheManifest(t *testing.T) {
	for in, want := range map[string]string{
		"json: cannot unmarshal string into Go struct field FCVolumeSource.volumes.VolumeSource.fc.lun of type int32": "the field lun is of type string, expected int32",
		"error unmarshaling JSON: while decoding JSON: json: unknown field \"protectionDoamin\"\nand another":         `unknown field "protectionDoamin"`,
		"quantities must match the regular expression":                                                                "quantities must match the regular expression",
	} {
		if got := kube.DecodeError(errors.New(in)).Error(); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
