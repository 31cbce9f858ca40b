@ Asks what the filters say of 32-bit ARM calls: as child.rs does for the native ABI, in a
@ process of its own. words.rs holds what the assembler makes of it; a test compares them.
@ Through all of it r9 is the board, r8 the slot that is being asked about, r10 `given`.
    .syntax unified
    .arm
    .arch   armv7-a
start:
    adr     r10, given
    mov     r0, #0
    ldr     r1, [r10, #4]
    mov     r2, #3              @ PROT_READ | PROT_WRITE
    mov     r3, #1              @ MAP_SHARED
    ldr     r4, [r10]
    mov     r5, #0
    mov     r7, #192            @ mmap2
    svc     #0
    cmn     r0, #4096
    bhi     die
    mov     r9, r0
    sub     sp, sp, #24
    adr     r0, on_trap
    str     r0, [sp]
    mov     r0, #4              @ SA_SIGINFO
    str     r0, [sp, #4]
    mov     r0, #0
    str     r0, [sp, #8]
    str     r0, [sp, #12]
    str     r0, [sp, #16]
    mov     r0, #31             @ SIGSYS
    mov     r1, sp
    mov     r2, #0
    mov     r3, #8
    mov     r7, #174            @ rt_sigaction
    svc     #0
    cmp     r0, #0
    bne     die
    ldr     r0, [r10, #8]
    sub     r1, sp, #16384
    mov     r2, #0
    mov     r3, #0
    mov     r4, #0
    mov     r7, #120            @ clone: goes on here once the thread has ended
    svc     #0
    cmp     r0, #0
    beq     ask
    mov     r1, #1
    strmi   r1, [r9, #32]       @ alone
    bmi     ask
    str     r1, [r9, #28]       @ thread_died
die:
    udf     #0
ask:
    mov     r0, #1
    dmb     ish
    str     r0, [r9, #36]       @ asking
    dmb     ish
next:
    ldr     r11, [r9, #16]      @ cursor
    ldr     r0, [r10, #12]
    cmp     r11, r0
    bhs     done
    add     r8, r9, #64
    add     r8, r8, r11, lsl #4
    mov     r6, #28
    mul     r6, r11, r6
    add     r6, r6, r10
    ldr     r7, [r6, #16]!
    ldmib   r6, {r0-r5}
    svc     #0
    asr     r1, r0, #31
    strd    r0, r1, [r8]        @ answer
    dmb     ish
    add     r11, r11, #1
    str     r11, [r9, #16]
    b       next
done:
    mov     r0, #1
    dmb     ish
    str     r0, [r9, #24]       @ done
    mov     r0, #0
    mov     r7, #1              @ exit
    svc     #0
    udf     #0
on_trap:
    ldr     r3, [r1, #4]        @ si_errno: the filter's data
    uxth    r3, r3
    add     r3, r3, #1
    str     r3, [r8, #12]       @ trapped
    mov     r3, #1
    dmb     ish
    str     r3, [r9, #20]       @ returning
    bx      lr
given:
@ Here follow: the board's descriptor and its bytes, the flags of clone, how many questions
@ there are; then each one's number and six arguments.
