@ Asks what the filters say of 32-bit ARM calls: as `nursery.rs` and `asker.rs` do for the
@ native ABI, in a process of its own, on the same board. words.rs holds what the assembler
@ makes of it; a test compares them.
@ Through all of it r9 is the board, r10 `given`, r11 the asking thread's stack, and r8 the
@ slot that is being asked about.
    .syntax unified
    .arm
    .arch   armv7-a
exempt:                         @ the only instruction that the own filter lets through
    svc     #0
    bx      lr
start:
    adr     r10, given
    mov     r0, #4              @ PR_SET_DUMPABLE: no core is dumped of a killed one
    mov     r1, #0
    mov     r7, #172            @ prctl
    bl      exempt
    mov     r0, #0
    ldr     r1, [r10, #4]
    mov     r2, #3              @ PROT_READ | PROT_WRITE
    mov     r3, #1              @ MAP_SHARED
    ldr     r4, [r10]
    mov     r5, #0
    mov     r7, #192            @ mmap2
    bl      exempt
    cmn     r0, #4096
    bhi     die
    mov     r9, r0
    sub     sp, sp, #40
    adr     r0, on_trap
    str     r0, [sp]
    mov     r0, #4              @ SA_SIGINFO
    orr     r0, r0, #0x40000000 @ SA_NODEFER
    str     r0, [sp, #4]
    mov     r0, #0
    str     r0, [sp, #8]
    str     r0, [sp, #12]
    str     r0, [sp, #16]
    str     r0, [sp, #20]
    mov     r0, #31             @ SIGSYS
    mov     r1, sp
    mov     r2, #0
    mov     r3, #8
    mov     r7, #174            @ rt_sigaction
    bl      exempt
    mov     r0, #31             @ what is set is read back: a filter may have answered
    mov     r1, #0
    add     r2, sp, #20
    bl      exempt
    ldr     r0, [sp]
    ldr     r1, [sp, #20]
    cmp     r0, r1
    mov     r0, #1
    strne   r0, [r9, #40]       @ untrapped
thread:
    ldr     r0, [r10, #8]
    cmp     r0, #0
    beq     alone
    sub     r1, sp, #16384
    mov     r2, #0
    mov     r3, #0
    mov     r4, #0
    mov     r7, #120            @ clone: goes on here once the thread has ended
    bl      exempt
    cmp     r0, #0
    beq     ask
    bmi     alone
    dmb     ish
    ldr     r0, [r9, #24]       @ done
    ldr     r1, [r9, #28]       @ stop
    orrs    r0, r0, r1
    bne     leave
    mov     r0, #3              @ Outcome::KilledThread
    mov     r1, #0
    bl      pass
    b       thread
alone:
    mov     r0, #1
    str     r0, [r9, #32]       @ alone
ask:
    mov     r11, sp
    mov     r0, #1
    dmb     ish
    str     r0, [r9, #52]       @ begun
next:
    dmb     ish
    ldr     r0, [r9, #28]       @ stop
    cmp     r0, #0
    bne     leave
    ldr     r6, [r9, #20]       @ cursor
    ldr     r0, [r10, #12]
    cmp     r6, r0
    bhs     done
    add     r8, r9, #64
    add     r8, r8, r6, lsl #4
    mov     r5, #28
    mul     r6, r6, r5
    add     r6, r6, r10
    ldr     r7, [r6, #16]!
    ldmib   r6, {r0-r5}
    svc     #0
    dmb     ish
    ldr     r2, [r9, #28]       @ once told to stop, nobody may have been there to answer
    cmp     r2, #0
    bne     leave
    asr     r1, r0, #31
    strd    r0, r1, [r8]        @ answer
    mov     r0, #1              @ Outcome::Returned
    mov     r1, #0
    bl      pass
    b       next
done:
    mov     r0, #1
    str     r0, [r9, #24]       @ done
    dmb     ish
leave:
    mov     r0, #0
    mov     r7, #1              @ exit
    bl      exempt
die:
    udf     #0
on_trap:
    ldr     r1, [r1, #4]        @ si_errno: the filter's data
    uxth    r1, r1
    mov     r0, #2              @ Outcome::Trapped
    mov     sp, r11
    bl      pass
    b       next
pass:                           @ notes r0 with the data r1, and goes on to the next question
    ldr     r2, [r9, #20]       @ cursor
    add     r3, r9, #64
    add     r3, r3, r2, lsl #4
    str     r1, [r3, #8]        @ data
    dmb     ish
    strb    r0, [r3, #12]       @ outcome
    dmb     ish
    add     r2, r2, #1
    str     r2, [r9, #20]
    bx      lr
given:
@ Here follow: the board's descriptor and its bytes; the flags of clone, or 0 to ask from the
@ only thread; how many questions there are; then each one's number and six arguments.
