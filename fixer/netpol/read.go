package netpol

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	networking "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	jsonutil "sigs.k8s.io/json"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// Is reports whether an object is a NetworkPolicy of Kubernetes, of whatever version.
func Is(o *kube.Object) bool {
	return o.Kind == "NetworkPolicy" && (o.Group() == "networking.k8s.io" || o.Group() == "extensions")
}

// Read returns the policy that an object holds. Namespace is the one that it is
// applied in, which its file need not say. The error says what the API server would not
// accept.
func Read(o *kube.Object, namespace string) (*Policy, error) {
	if !Is(o) || o.APIVersion != "networking.k8s.io/v1" {
		return nil, fmt.Errorf("%s is not a NetworkPolicy of networking.k8s.io/v1", o.ID())
	}
	data, err := o.Node.Data()
	if err != nil {
		return nil, err
	}
	fields, _ := plain(data).(map[string]any)
	delete(fields, "status") // exports have one; it says nothing, and newer API servers have none
	written, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	var api networking.NetworkPolicy
	unknown, err := jsonutil.UnmarshalStrict(written, &api) // what kubectl and the API server read with
	if err == nil && len(unknown) > 0 {
		err = unknown[0]
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.ID(), kube.DecodeError(err))
	}
	p, err := fromAPI(&api, namespace)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.ID(), err)
	}
	p.Object = o
	return p, nil
}

// fromAPI turns a policy of the API's types into one of this room, and holds it to
// what the API server holds it to.
func fromAPI(api *networking.NetworkPolicy, namespace string) (*Policy, error) {
	out := &Policy{Namespace: namespace, Name: api.Name}
	if err := out.readTypes(&api.Spec); err != nil {
		return nil, err
	}
	var err error
	if out.Pods, err = selector("spec.podSelector", &api.Spec.PodSelector); err != nil {
		return nil, err
	}
	for i, r := range api.Spec.Ingress {
		rule, err := rule(fmt.Sprintf("spec.ingress[%d]", i), "from", r.From, r.Ports)
		if err != nil {
			return nil, err
		}
		out.Ingress = append(out.Ingress, rule)
	}
	for i, r := range api.Spec.Egress {
		rule, err := rule(fmt.Sprintf("spec.egress[%d]", i), "to", r.To, r.Ports)
		if err != nil {
			return nil, err
		}
		out.Egress = append(out.Egress, rule)
	}
	return out, nil
}

// readTypes reads policyTypes. Where there are none, the policy is for ingress, and for
// egress where it has a rule for that.
func (p *Policy) readTypes(spec *networking.NetworkPolicySpec) error {
	if len(spec.PolicyTypes) == 0 {
		p.IsolatesIngress, p.IsolatesEgress = true, len(spec.Egress) > 0
		return nil
	}
	if len(spec.PolicyTypes) > 2 {
		return errors.New("spec.policyTypes has more than two entries")
	}
	for _, t := range spec.PolicyTypes {
		switch t {
		case networking.PolicyTypeIngress:
			p.IsolatesIngress = true
		case networking.PolicyTypeEgress:
			p.IsolatesEgress = true
		default:
			return fmt.Errorf("spec.policyTypes has %q, which is neither Ingress nor Egress", t)
		}
	}
	return nil
}

func rule(at, side string, peers []networking.NetworkPolicyPeer, ports []networking.NetworkPolicyPort) (Rule, error) {
	var out Rule
	for i := range peers {
		peer, err := peer(fmt.Sprintf("%s.%s[%d]", at, side, i), &peers[i])
		if err != nil {
			return out, err
		}
		out.Peers = append(out.Peers, peer)
	}
	for i := range ports {
		port, err := port(fmt.Sprintf("%s.ports[%d]", at, i), &ports[i])
		if err != nil {
			return out, err
		}
		out.Ports = append(out.Ports, port)
	}
	return out, nil
}

func peer(at string, api *networking.NetworkPolicyPeer) (Peer, error) {
	var out Peer
	var err error
	switch {
	case api.IPBlock != nil && (api.PodSelector != nil || api.NamespaceSelector != nil):
		return out, fmt.Errorf("%s has an ipBlock beside a selector", at)
	case api.IPBlock != nil:
		out.Block, err = block(at+".ipBlock", api.IPBlock)
		return out, err
	case api.PodSelector == nil && api.NamespaceSelector == nil:
		return out, fmt.Errorf("%s names no peer", at)
	}
	if api.NamespaceSelector != nil {
		if out.Namespaces, err = selector(at+".namespaceSelector", api.NamespaceSelector); err != nil {
			return out, err
		}
	}
	if api.PodSelector != nil {
		out.Pods, err = selector(at+".podSelector", api.PodSelector)
	}
	return out, err
}

func selector(at string, s *metav1.LabelSelector) (labels.Selector, error) {
	out, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	return out, nil
}

func block(at string, api *networking.IPBlock) (*Block, error) {
	cidr, err := netip.ParsePrefix(api.CIDR)
	if err != nil {
		return nil, fmt.Errorf("%s.cidr: %q is not an address with a prefix length", at, api.CIDR)
	}
	out := &Block{CIDR: cidr.Masked()}
	for i, s := range api.Except {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("%s.except[%d]: %q is not an address with a prefix length", at, i, s)
		}
		p = p.Masked()
		if !cidr.Contains(p.Addr()) || p.Bits() <= cidr.Bits() {
			return nil, fmt.Errorf("%s.except[%d]: %s is not a part of %s", at, i, s, api.CIDR)
		}
		out.Except = append(out.Except, p)
	}
	return out, nil
}

func port(at string, api *networking.NetworkPolicyPort) (Port, error) {
	out := Port{First: 1, Last: maxPort}
	if api.Protocol != nil {
		var ok bool
		if out.Protocol, ok = ParseProtocol(string(*api.Protocol)); !ok || *api.Protocol == "" {
			return out, fmt.Errorf("%s.protocol is %q, which is none of TCP, UDP and SCTP", at, *api.Protocol)
		}
	}
	switch {
	case api.Port == nil && api.EndPort != nil:
		return out, fmt.Errorf("%s has an endPort but no port", at)
	case api.Port == nil:
		return out, nil
	case api.Port.Type == intstr.String:
		if api.EndPort != nil {
			return out, fmt.Errorf("%s has an endPort beside a named port", at)
		}
		if errs := validation.IsValidPortName(api.Port.StrVal); len(errs) > 0 {
			return out, fmt.Errorf("%s.port: %q is not the name of a port: %s", at, api.Port.StrVal, errs[0])
		}
		return Port{Protocol: out.Protocol, Name: api.Port.StrVal}, nil
	}
	out.First, out.Last = int(api.Port.IntVal), int(api.Port.IntVal)
	if api.EndPort != nil {
		out.Last = int(*api.EndPort)
	}
	if !slices.IsSorted([]int{1, out.First, out.Last, maxPort}) {
		return out, fmt.Errorf("%s: %d to %d is not a range of ports", at, out.First, out.Last)
	}
	return out, nil
}

// plain turns a value of a document into one that is written as JSON alike.
func plain(v any) any {
	switch v := v.(type) {
	case yamldoc.Map:
		out := map[string]any{}
		for _, p := range v {
			if value := plain(p.Value); value != nil { // null is as good as absent
				out[p.Key] = value
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = plain(item)
		}
		return out
	case yamldoc.Raw:
		if b, err := strconv.ParseBool(string(v)); err == nil && len(v) > 1 {
			return b
		}
		if n, err := strconv.ParseInt(string(v), 0, 64); err == nil {
			return n
		}
		return json.Number(v) // a fraction or a date, which no field of a policy is
	}
	return v
}
