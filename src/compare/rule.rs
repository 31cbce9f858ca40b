//! The catalogue of findings: id, control, severity, why it matters, how to mend it.

use super::Severity;

/// What is always the same about a finding of one id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable id.
    pub id: &'static str,
    /// The setting that it is about, in Kubernetes' words.
    pub control: &'static str,
    /// What a drift weighs.
    pub severity: Severity,
    /// Why it matters.
    pub why: &'static str,
    /// How to mend it.
    pub mend: &'static str,
}

/// Every finding that a comparison can give, sorted by id.
#[rustfmt::skip]
pub const RULES: [Rule; 40] = {
    use Severity::{Critical, High, Low, Medium};
    const fn r(id: &'static str, control: &'static str, severity: Severity, why: &'static str, mend: &'static str) -> Rule {
        Rule { id, control, severity, why, mend }
    }
    [
        r("apparmor", "appArmorProfile", High, "the profile is a second wall behind capabilities and seccomp; without it what the declaration forbids is allowed", "load the profile on the node, and name it as the kernel does"),
        r("capability-extra", "capabilities", High, "each capability is a part of root's power that the declaration does not give", "start the container again from its declaration; look for who changes the runtime's configuration"),
        r("capability-ignored", "capabilities", High, "what the runtime does not heed, and says nothing of, is not what the declaration says", "write the capability's name without CAP_ and in upper case"),
        r("capability-missing", "capabilities", Low, "the work may fail for want of a capability that its declaration gives", "look whether the runtime itself holds the capability"),
        r("capability-unknown", "capabilities", Medium, "no kernel has a capability of this name: containerd ignores it, CRI-O refuses the container", "correct the name, or remove it"),
        r("cpu-limit", "resources.limits.cpu", Low, "a container without its limit can starve its neighbours", "check the kubelet's cgroup configuration (cpuCFSQuota)"),
        r("device-extra", "devices", High, "the device is the node's own: whoever may open it is past every namespace", "start the container again from its declaration; look for who adds devices, such as a hook or a device plugin"),
        r("gid", "runAsGroup", Medium, "files are opened with this group's rights", "set runAsGroup on the container, where it wins over the Pod's"),
        r("groups", "supplementalGroups", Medium, "each group may open files that the declaration does not mean to give", "use supplementalGroupsPolicy: Strict, or correct /etc/group of the image"),
        r("masked-paths", "procMount", High, "these files of /proc and /sys tell about the node, or change it", "use procMount: Default"),
        r("memory-limit", "resources.limits.memory", Low, "a container without its limit can exhaust the node's memory", "check the container's cgroup"),
        r("mount-extra", "volumes", High, "files of the node that are mounted without being declared can be read from inside, and changed where they are writable", "find what adds the mount: a runtime's configuration, an admission webhook, a device plugin"),
        r("mount-writable", "volumes", High, "files of the node can be changed from inside", "mount it readOnly with recursiveReadOnly: Enabled"),
        r("namespace-cgroup", "cgroup namespace", Low, "without it the node's cgroup paths are seen", "use cgroup v2"),
        r("namespace-ipc", "hostIPC", High, "shared memory of the node's processes can be read and written", "set hostIPC: false"),
        r("namespace-mnt", "mount namespace", Critical, "the node's file tree is the container's", "start the container again from its declaration"),
        r("namespace-net", "hostNetwork", High, "the node's interfaces, loopback services and sockets can be reached", "set hostNetwork: false"),
        r("namespace-pid", "hostPID", Critical, "the node's processes can be seen, signalled and, with privileges, entered", "set hostPID: false"),
        r("namespace-time", "time namespace", Low, "clock offsets differ from what is declared", "start the container again from its declaration"),
        r("namespace-user", "hostUsers", High, "root inside is root on the node as soon as another wall falls", "set hostUsers: false, on a cluster and a node that support it (Kubernetes 1.33, Linux 6.3)"),
        r("namespace-uts", "UTS namespace", Low, "the node's host name can be seen, and changed with CAP_SYS_ADMIN", "set hostNetwork: false"),
        r("no-new-privs", "allowPrivilegeEscalation", High, "set-user-ID programs and file capabilities give more than the process has", "set allowPrivilegeEscalation: false"),
        r("no-new-privs-with-sys-admin", "allowPrivilegeEscalation", High, "no_new_privs does not help against a process that already has CAP_SYS_ADMIN: it can mount, set up namespaces and leave", "drop SYS_ADMIN"),
        r("non-root", "runAsNonRoot", High, "user 0 owns the node's files as soon as another wall falls", "set runAsUser to a number above 0"),
        r("oom-score-adj", "oomScoreAdj", Low, "the kernel kills another process first than the declaration means", "check the runtime's restrict_oom_score_adj"),
        r("pids-limit", "pids limit", Low, "a fork bomb can exhaust the node", "set the kubelet's podPidsLimit"),
        r("privileged", "privileged", Critical, "a privileged container is hardly contained", "set privileged: false"),
        r("privileged-non-root", "privileged", High, "runtimes differ: containerd leaves such a user no effective capability, CRI-O gives it all of them, inheritable and ambient too", "do not combine privileged with runAsUser"),
        r("readonly-paths", "procMount", High, "these files change the node's kernel", "use procMount: Default"),
        r("rlimit", "rlimits", Low, "a resource limit differs from what the runtime was told", "start the container again from its declaration"),
        r("root-filesystem", "readOnlyRootFilesystem", Medium, "programs can be changed, and left for later, in a root file system that can be written", "set readOnlyRootFilesystem: true, and an emptyDir where writing is needed"),
        r("runtime-unknown", "runtime", Low, "what the declaration leaves to the runtime cannot be known without knowing which runtime", "tell it with --runtime containerd|cri-o|docker"),
        r("seccomp-mode", "seccompProfile", High, "without a filter every syscall of the kernel can be reached", "set seccompProfile.type: RuntimeDefault on Pod or container; see that nothing sets it Unconfined"),
        r("seccomp-verdicts", "seccompProfile", High, "a filter that decides otherwise than the declared profile lets through what that stops, or stops what the work needs", "install the profile again, and start the container anew"),
        r("selinux", "seLinuxOptions", High, "without its label the container is not held apart from others and the node", "switch SELinux support on in the runtime (containerd: enable_selinux), on a node that enforces it"),
        r("service-account-token", "automountServiceAccountToken", Medium, "whoever reads the token can speak to the API server as the Pod", "set automountServiceAccountToken: false on the Pod"),
        r("shared-pid-namespace", "shareProcessNamespace", Medium, "the Pod's containers can see, signal and, as the same user, trace each other's processes", "set shareProcessNamespace: false"),
        r("sysctl", "sysctls", Medium, "the network or ipc namespace behaves otherwise than declared", "declare the value in securityContext.sysctls, and allow it with the kubelet's allowedUnsafeSysctls where it is not a safe one"),
        r("uid", "runAsUser", High, "the process has another user's rights than declared", "set runAsUser on the container, where it wins over the Pod's"),
        r("unobservable", "declaration", Low, "the field leaves no trace in the process's own state", "check it where it takes effect"),
    ]
};

/// The rule of an id.
///
/// Ids are named by checks alone, and a test sees that each is in the catalogue.
pub(super) fn rule(id: &'static str) -> &'static Rule {
    RULES
        .iter()
        .find(|rule| rule.id == id)
        .unwrap_or(&RULES[RULES.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_and_unique() {
        assert!(RULES.windows(2).all(|pair| pair[0].id < pair[1].id));
    }
}
