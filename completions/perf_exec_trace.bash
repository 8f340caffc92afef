# SPDX-License-Identifier: GPL-2.0-or-later
# Completion for bash. The program knows its options: include/cli/complete.h.

# COMMAND, which begins at COMP_WORDS[$1], as bash completes it alone. $2: the last word.
_perf_exec_trace_command()
{
	if ((COMP_CWORD == $1)); then
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -c -- "$2")
	elif declare -F _command_offset > /dev/null; then
		_command_offset "$1"
	else
		compopt -o default
	fi
}

_perf_exec_trace()
{
	local words=() starts=() i line candidate cut

	# bash takes --option=value and system:event for three words.
	for ((i = 1; i <= COMP_CWORD; i++)); do
		if ((i > 1)) && [[ ${COMP_WORDS[i]} == [=:] || ${COMP_WORDS[i - 1]} == [=:] ]]; then
			words[${#words[@]} - 1]+=${COMP_WORDS[i]}
		else
			words+=("${COMP_WORDS[i]}")
			starts+=("$i")
		fi
	done
	cut=${words[${#words[@]} - 1]}
	[[ $cut == *[=:]* ]] && cut=${cut%"${cut##*[=:]}"} || cut=

	while IFS= read -r line; do
		case $line in
		:files) compopt -o default ;;
		:directories) compopt -o dirnames ;;
		:command\ *) _perf_exec_trace_command "${starts[${line#* }]}" "$2" ;;
		*)
			candidate=${line%%$'\t'*}
			candidate=${candidate#"$cut"}
			[[ $candidate == *[^[:alnum:]_.,:=/+@-]* ]] && printf -v candidate %q "$candidate"
			COMPREPLY+=("$candidate")
			;;
		esac
	done < <("$1" --complete -- "${words[@]}" 2> /dev/null)
}

complete -F _perf_exec_trace perf_exec_trace
